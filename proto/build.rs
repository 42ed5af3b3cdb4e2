//! Compiles `concord/**/*.proto` without protoc, and writes the Rust modules and the descriptor set.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=concord");
    let mut protos = Vec::new();
    collect(Path::new("concord"), &mut protos)?;
    protos.sort();
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true).open_files(&protos)?;

    // Comments are in the Rust docs; reflection serves the set without them, a third of the size.
    let mut descriptors = compiler.file_descriptor_set();
    let mut names = tonic_prost_build::Config::new();
    names.enable_type_names();
    tonic_prost_build::configure()
        .bytes(".concord")
        .codec_path("crate::codec::MessageCodec")
        .include_file("concord.rs")
        .compile_fds_with_config(descriptors.clone(), names)?;
    for file in &mut descriptors.file {
        file.source_code_info = None;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names the folder")?);
    fs::write(out.join("concord.bin"), descriptors.encode_to_vec())?;
    Ok(())
}

fn collect(folder: &Path, protos: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, protos)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            protos.push(path);
        }
    }
    Ok(())
}
