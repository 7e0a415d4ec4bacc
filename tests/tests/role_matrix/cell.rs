use anyhow::{Result, ensure};
use tonic::transport::Channel;
use tonic::{Code, Request};
use yihe_testkit::{Actor, Refused};
use yihe_tests::{Rpc, call_raw};

/// What a role may, as the gateway and the service show it: empty for no, `yes`, or the conditions in words.
pub async fn probe(channel: &Channel, actor: &Actor, rpc: &Rpc, community: &str) -> Result<String> {
    let code = community.trim_start_matches("communities/");
    let message = rpc.request_in(code, code)?;
    let request: Request<bytes::Bytes> = actor.request(message)?;
    let Err(status) = call_raw(channel, &rpc.path, request, rpc.streaming).await else {
        return Ok("yes".to_owned());
    };
    let refused = Refused::from(&status);
    ensure!(!refused.reason.is_empty(), "no reason in {status:?}");
    ensure!(
        refused.code != Code::Internal && refused.code != Code::Unknown,
        "{status:?}"
    );
    Ok(match refused.reason.as_str() {
        "PERMISSION_DENIED" => match refused.metadata.get("missing").map(String::as_str) {
            Some("no role here") | None => String::new(),
            Some("denied here") => "no".to_owned(),
            Some(conditions) => format!("if {conditions}"),
        },
        "PERSONS_ONLY" => String::new(),
        // let in, and refused for what the made-up request lacks
        _ => "yes".to_owned(),
    })
}
