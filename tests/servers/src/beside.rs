//! A server with a shell beside it that ends it when whoever started it has ended.

use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::account::Account;

/// Runs the program until the shell's input ends, then removes the folder, which is the first argument. A word on the input
/// keeps the folder, and waits for the program, which somebody else ends.
const BESIDE: &str = r#"
folder=$1
signal=$2
shift 2
"$@" >>"$folder/log" 2>&1 &
server=$!
echo "$server"
if read -r word; then
    wait "$server"
else
    kill "-$signal" "$server" 2>/dev/null
    wait "$server"
    rm -rf "$folder"
fi
"#;

/// A program that runs, and its shell.
pub(crate) struct Running {
    shell: Child,
    /// The program ends when this is dropped.
    input: ChildStdin,
    /// Process number of the program.
    pub(crate) server: u32,
}

impl Running {
    /// Starts `program` with `arguments`, as `account`, in `folder`, where its log goes; `signal` ends it.
    pub(crate) fn start(
        folder: &Path,
        signal: &str,
        program: &Path,
        arguments: &[&str],
        account: Option<Account>,
        environment: &[(&str, &str)],
    ) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", BESIDE, "beside"]).arg(folder).arg(signal).arg(program).args(arguments);
        command.envs(environment.iter().copied());
        // Ctrl-C ends whoever started it, and that ends the server, in this order.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut shell = run_as(account, folder, command).spawn()?;
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = shell.stdin.take().ok_or_else(broken)?;
        let mut said = io::BufReader::new(shell.stdout.take().ok_or_else(broken)?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let server = line.trim().parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(Self { shell, input, server })
    }

    /// Waits for a program that was killed: until then its number is taken, and another one would not start. The folder stays.
    pub(crate) fn ended(mut self) -> io::Result<()> {
        self.input.write_all(b"keep\n")?;
        self.shell.wait()?;
        Ok(())
    }

    /// Ends the program and removes its folder.
    pub(crate) fn end(self) -> io::Result<()> {
        let Self { mut shell, input, .. } = self;
        drop(input);
        shell.wait()?;
        Ok(())
    }
}

/// `command` as `account`, in `folder`.
pub(crate) fn run_as(account: Option<Account>, folder: &Path, mut command: Command) -> Command {
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
    command.current_dir(folder);
    command
}
