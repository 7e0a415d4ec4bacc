use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use futures::Stream;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;
use yihe_proto::Guarded;
use yihe_server::{Address, Tls, TlsFiles, Way};

/// Where the node is, and who asks.
#[derive(Debug, Clone, clap::Args)]
pub struct Connection {
    /// The gateway
    #[arg(
        long,
        global = true,
        env = "YIHE_CLIENT_ADDRESS",
        default_value = "http://127.0.0.1:8080"
    )]
    address: String,
    /// PEM file with those whose word is taken for who the gateway is, where its address begins with https:// [default: whom the
    /// system trusts]
    #[arg(long, global = true, env = "YIHE_CLIENT_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Access token, as sign-in gives it
    #[arg(long, global = true, env = "YIHE_CLIENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// For whom: `organizations/…` or `self`; needed by those with posts in several organizations
    #[arg(long, global = true, env = "YIHE_CLIENT_ACTING_AS")]
    acting_as: Option<String>,
}

/// A caller of the public API.
#[derive(Debug)]
pub struct Client {
    channel: Channel,
    token: Option<String>,
    acting_as: Option<String>,
    language: &'static str,
}

impl Client {
    /// Opens the way to the gateway.
    pub async fn connect(connection: &Connection, zh: bool) -> Result<Self> {
        let address = match connection.address.split_once("://") {
            Some(_) => connection.address.clone(),
            None => format!("http://{}", connection.address),
        };
        let to: Address = address.parse()?;
        let tls = match (&connection.ca, to.is_secure()) {
            (_, false) => None,
            (None, true) => Some(Tls::of_system()?),
            (Some(_), true) => Some(Tls::load(TlsFiles {
                ca: connection.ca.clone(),
                ..TlsFiles::default()
            })?),
        };
        let way = Way { tls, ..Way::default() };
        let connected = way.connect(&to).await;
        let connected = connected.map_err(|why| anyhow!(why.replace("tls.ca", "--ca")));
        Ok(Self {
            channel: connected.with_context(|| format!("no gateway answers at {address}"))?,
            token: connection.token.clone(),
            acting_as: connection.acting_as.clone(),
            language: if zh { "zh-CN" } else { "en" },
        })
    }

    /// Makes a call.
    pub async fn call<R: Guarded>(&self, message: R) -> Result<R::Response> {
        let mut grpc = self.ready().await?;
        let codec = ProstCodec::<R, R::Response>::default();
        let path = PathAndQuery::from_static(R::METHOD);
        let answer = grpc.unary(self.request(message)?, path, codec).await;
        Ok(answer.map_err(|status| told(&status))?.into_inner())
    }

    /// Makes a call whose answer is a stream.
    pub async fn read<R: Guarded>(&self, message: R) -> Result<Streaming<R::Response>> {
        let mut grpc = self.ready().await?;
        let codec = ProstCodec::<R, R::Response>::default();
        let path = PathAndQuery::from_static(R::METHOD);
        let answer = grpc.server_streaming(self.request(message)?, path, codec).await;
        Ok(answer.map_err(|status| told(&status))?.into_inner())
    }

    /// Makes a call whose request is a stream.
    pub async fn send<R: Guarded>(&self, messages: impl Stream<Item = R> + Send + 'static) -> Result<R::Response> {
        let mut grpc = self.ready().await?;
        let codec = ProstCodec::<R, R::Response>::default();
        let path = PathAndQuery::from_static(R::METHOD);
        let answer = grpc.client_streaming(self.request(messages)?, path, codec).await;
        Ok(answer.map_err(|status| told(&status))?.into_inner())
    }

    async fn ready(&self) -> Result<tonic::client::Grpc<Channel>> {
        let mut grpc = tonic::client::Grpc::new(self.channel.clone());
        grpc.ready().await.context("the gateway is gone")?;
        Ok(grpc)
    }

    fn request<M>(&self, message: M) -> Result<Request<M>> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert("accept-language", self.language.parse()?);
        if let Some(token) = &self.token {
            let value = format!("Bearer {}", token.trim());
            metadata.insert("authorization", value.parse().context("--token is no access token")?);
        }
        if let Some(acting_as) = &self.acting_as {
            metadata.insert("yihe-acting-as", acting_as.parse().context("--acting-as is no name")?);
        }
        Ok(request)
    }
}

/// A refusal in the caller's language, with its reason and every bad field.
pub fn told(status: &Status) -> anyhow::Error {
    let details = status.get_error_details();
    let text = details
        .localized_message()
        .map_or(status.message(), |localized| localized.message.as_str());
    let reason = details.error_info().map(|info| format!(" ({})", info.reason));
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice());
    let fields = violations.unwrap_or_default().iter();
    let fields = fields.map(|violation| format!("\n  {}: {}", violation.field, violation.description));
    anyhow!("{text}{}{}", reason.unwrap_or_default(), fields.collect::<String>())
}
