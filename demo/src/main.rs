//! `cargo xtask demo`: starts a whole node and holds the Beizhan meeting against it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use yihe::Wiring;
use yihe_demo::{Narrator, tell};
use yihe_testkit::{TestNode, TestNodeOptions};

/// Holds the Beizhan meeting against a whole node, as real gRPC clients over TCP through the gateway
///
/// Prints each step in Chinese and English: who did what, what was refused and why, the tally with its numbers, the
/// resolution. Ends with an exit code other than 0 if any step does not come out as told.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder for the data; must be empty or new [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Run services in process, or each behind its own socket
    #[arg(long, value_enum, default_value = "direct")]
    wiring: Wiring,
    /// Address the gateway listens on [default: a free port on 127.0.0.1]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Leave the node up at the end, with sign-in details, until Ctrl-C
    #[arg(long)]
    stay: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ 演示未按预期进行 / the demo did not come out as told: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let options = TestNodeOptions {
        wiring: arguments.wiring,
        data_dir: arguments.data_dir,
        listen: arguments.listen,
        ..TestNodeOptions::default()
    };
    let node = TestNode::start(options).await?;
    let mut narrator = Narrator::aloud();
    narrator.step(
        &format!("节点已启动:全部服务与网关,地址 {}", node.address()),
        &format!("the node is up, all services and the gateway, at {}", node.address()),
    );
    let story = tell(&node, &mut narrator).await?;
    narrator.end();
    if arguments.stay {
        stay(&node, &story);
        tokio::signal::ctrl_c().await?;
    }
    node.stop().await?;
    Ok(())
}

fn stay(node: &TestNode, story: &yihe_demo::Story) {
    println!("\n节点保持运行,按 Ctrl-C 结束 / the node stays up until Ctrl-C");
    println!("  gateway: {} (gRPC, plaintext; reflection is on)", node.address());
    println!("  community: {}", story.beizhan.community);
    println!("  yihe.directory.v1.SignInService/SignIn, then `authorization: Bearer …`:");
    let people = [
        &story.beizhan.committee,
        story.beizhan.station(),
        story.beizhan.school(),
        &story.beizhan.property_company,
    ];
    for party in people {
        if let Some((login, password)) = party.person.login() {
            println!(
                "    {login:<12} {password}   {} ({})",
                party.display_name, party.organization
            );
        }
    }
    println!("  节点时钟停留在会议当日之后 / the node's clock goes on from the day of the meeting");
}
