//! `concord rules`: the rules that decisions are judged by, as those read them who sign them.

mod arguments;
mod check;
mod folder;
mod remote;
mod show;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

pub(crate) use arguments::{Rules, Service};

use crate::Failed;

/// Runs `command`.
pub(crate) async fn run(command: Rules) -> Result<ExitCode, Failed> {
    let told = match command {
        Rules::Check { files } => check::page(&folder::read(&files)?)?,
        Rules::Show => show::own()?,
        Rules::Current(service) => remote::current(&service.connect().await?).await?,
        Rules::List(service) => remote::list(&service.connect().await?).await?,
        Rules::Read { ruleset, service } => remote::read(&service.connect().await?, ruleset).await?,
        Rules::Diff { from, to, service } => remote::difference(&service.connect().await?, from, to).await?,
        Rules::Propose { files, reason, valid_from, service } => {
            let rules = folder::read(&files)?;
            // Whoever proposes sees what they propose, and nothing that is faulty goes out.
            let page = check::page(&rules)?;
            let client = service.connect().await?;
            format!("{page}\n{}", remote::propose(&client, &rules, reason, valid_from).await?)
        }
        Rules::Sign { ruleset, name, service } => {
            remote::sign(&service.connect().await?, ruleset, name).await?
        }
        Rules::Reject { ruleset, reason, service } => {
            remote::reject(&service.connect().await?, ruleset, reason).await?
        }
    };
    match io::stdout().write_all(told.as_bytes()) {
        // Whoever read along has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(ExitCode::SUCCESS)
}
