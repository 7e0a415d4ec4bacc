//! Compiles the contracts without an installed `protoc`, refuses an RPC without its access option, and writes beside the
//! generated messages which field of each request names the community it acts in.

#[path = "build/access.rs"]
mod access;
#[path = "build/names.rs"]
mod names;

use std::path::PathBuf;

use anyhow::{Context, Result};
use prost::Message;
use prost_reflect::DescriptorPool;

fn main() -> Result<()> {
    let manifest = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let root = manifest.join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root.join("yihe"), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new([&root])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(&files)?;
    // `file_descriptor_set()` would drop the custom options
    let bytes = compiler.encode_file_descriptor_set();
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.binpb"), &bytes)?;

    let pool = DescriptorPool::decode(bytes.as_slice())?;
    let guards = access::generate(&pool)?;
    let names = names::generate(&pool);
    std::fs::write(out.join("guards.rs"), format!("{guards}\n{names}"))?;

    let set = prost_types::FileDescriptorSet::decode(bytes.as_slice())?;
    tonic_prost_build::configure().out_dir(&out).compile_fds(set)?;
    Ok(())
}

fn collect(folder: &PathBuf, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    Ok(())
}
