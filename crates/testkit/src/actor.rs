use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use futures::Stream;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status, Streaming};
use tonic_prost::ProstCodec;
use yihe_proto::Guarded;
use yihe_proto::directory::v1::{ClientToken, IssueClientTokenRequest, SignInRequest, TokenPair};

/// Somebody who calls the gateway over TCP: a stranger, a person in a capacity, an organization's client, the operator.
#[derive(Clone, Debug)]
pub struct Actor {
    channel: Channel,
    credentials: Credentials,
    token: Arc<Mutex<Option<String>>>,
    acting_as: Option<String>,
    /// The newest revision of each community and region that anybody in the test was told; sent along, so that everybody reads what
    /// anybody wrote.
    revisions: Arc<Mutex<BTreeMap<String, String>>>,
    language: &'static str,
}

#[derive(Clone, Debug)]
enum Credentials {
    None,
    Token,
    Person { login: String, password: String },
    Client { client: String, secret: String },
}

impl Actor {
    /// Somebody without credentials.
    #[must_use]
    pub fn stranger(channel: Channel) -> Self {
        Self {
            channel,
            credentials: Credentials::None,
            token: Arc::default(),
            acting_as: None,
            revisions: Arc::default(),
            language: "en",
        }
    }

    /// Whoever holds this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            credentials: Credentials::Token,
            token: shared(token),
            ..self.clone()
        }
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// The gateway's refusal.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Self, Status> {
        let credentials = Credentials::Person {
            login: login.to_owned(),
            password: password.to_owned(),
        };
        let actor = Self {
            credentials,
            token: Arc::default(),
            acting_as: None,
            ..self.clone()
        };
        actor.authenticate().await?;
        Ok(actor)
    }

    /// Signs an organization's client in.
    ///
    /// # Errors
    /// The gateway's refusal.
    pub async fn sign_in_client(&self, client: &str, secret: &str) -> Result<Self, Status> {
        let credentials = Credentials::Client {
            client: client.to_owned(),
            secret: secret.to_owned(),
        };
        let actor = Self {
            credentials,
            token: Arc::default(),
            acting_as: None,
            ..self.clone()
        };
        actor.authenticate().await?;
        Ok(actor)
    }

    /// The same caller in this capacity, `organizations/…` or `self`.
    #[must_use]
    pub fn acting_as(&self, capacity: &str) -> Self {
        Self {
            acting_as: Some(capacity.to_owned()),
            ..self.clone()
        }
    }

    /// The same caller on a connection of its own.
    ///
    /// # Errors
    /// Nobody listens at the address.
    pub async fn over_a_new_connection(&self, address: std::net::SocketAddr) -> Result<Self> {
        Ok(Self {
            channel: channel(address).await?,
            ..self.clone()
        })
    }

    /// The same caller on another one's connection.
    #[must_use]
    pub fn on_the_connection_of(&self, other: &Self) -> Self {
        Self {
            channel: other.channel.clone(),
            ..self.clone()
        }
    }

    /// The same caller, answered in this language.
    #[must_use]
    pub fn speaking(&self, language: &'static str) -> Self {
        Self {
            language,
            ..self.clone()
        }
    }

    /// The access token now.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        lock(&self.token).clone()
    }

    /// Login and password of a person.
    #[must_use]
    pub fn login(&self) -> Option<(&str, &str)> {
        match &self.credentials {
            Credentials::Person { login, password } => Some((login, password)),
            Credentials::None | Credentials::Token | Credentials::Client { .. } => None,
        }
    }

    /// Notes the revision that a write returned with a resource of this name; calls in its community or region by everybody made of the
    /// same stranger wait for it.
    pub fn saw(&self, name: &str, revision: &str) {
        if let (Some(place), false) = (place_of(name), revision.is_empty()) {
            lock(&self.revisions).insert(place, revision.to_owned());
        }
    }

    /// Makes an unary call. Signs in again, once, when the token has expired.
    ///
    /// # Errors
    /// The status.
    pub async fn call<R: Guarded + Clone>(&self, message: R) -> Result<R::Response, Status> {
        match self.unary(message.clone()).await {
            Err(status) if self.should_sign_in_again(&status) => {
                self.authenticate().await?;
                self.unary(message).await
            }
            answer => answer,
        }
    }

    /// Makes a call whose answer is a stream.
    ///
    /// # Errors
    /// The status it begins with.
    pub async fn watch<R: Guarded>(&self, message: R) -> Result<Streaming<R::Response>, Status> {
        let mut client = self.client().await?;
        let request = self.guarded(message)?;
        let codec = ProstCodec::<R, R::Response>::default();
        Ok(client
            .server_streaming(request, PathAndQuery::from_static(R::METHOD), codec)
            .await?
            .into_inner())
    }

    /// The request as it goes out, for tests that tamper with it.
    ///
    /// # Errors
    /// A header is no ASCII text.
    pub fn request<R>(&self, message: R) -> Result<Request<R>, Status> {
        let mut request = Request::new(message);
        let bad = |_| Status::invalid_argument("not a header value");
        let metadata = request.metadata_mut();
        metadata.insert("accept-language", MetadataValue::from_static(self.language));
        if let Some(token) = self.token() {
            metadata.insert("authorization", format!("Bearer {token}").parse().map_err(bad)?);
        }
        if let Some(acting_as) = &self.acting_as {
            metadata.insert("yihe-acting-as", acting_as.parse().map_err(bad)?);
        }
        Ok(request)
    }

    fn guarded<R: Guarded>(&self, message: R) -> Result<Request<R>, Status> {
        let place = message.scopes().first().and_then(|(_, name)| place_of(name));
        let request = self.request(message)?;
        self.with_revision(request, place)
    }

    /// Makes a call whose request is a stream.
    ///
    /// # Errors
    /// The status.
    pub async fn send<R: Guarded>(
        &self,
        scope: &str,
        messages: impl Stream<Item = R> + Send + 'static,
    ) -> Result<R::Response, Status> {
        let mut client = self.client().await?;
        let request = self.with_revision(self.request(messages)?, place_of(scope))?;
        let codec = ProstCodec::<R, R::Response>::default();
        Ok(client
            .client_streaming(request, PathAndQuery::from_static(R::METHOD), codec)
            .await?
            .into_inner())
    }

    fn with_revision<R>(&self, mut request: Request<R>, place: Option<String>) -> Result<Request<R>, Status> {
        if let Some(revision) = place.and_then(|place| lock(&self.revisions).get(&place).cloned()) {
            let revision = revision
                .parse()
                .map_err(|_| Status::invalid_argument("not a header value"))?;
            request.metadata_mut().insert("yihe-at-least-revision", revision);
        }
        Ok(request)
    }

    async fn unary<R: Guarded>(&self, message: R) -> Result<R::Response, Status> {
        let mut client = self.client().await?;
        let request = self.guarded(message)?;
        let codec = ProstCodec::<R, R::Response>::default();
        Ok(client
            .unary(request, PathAndQuery::from_static(R::METHOD), codec)
            .await?
            .into_inner())
    }

    async fn client(&self) -> Result<tonic::client::Grpc<Channel>, Status> {
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client
            .ready()
            .await
            .map_err(|error| Status::unavailable(error.to_string()))?;
        Ok(client)
    }

    fn should_sign_in_again(&self, status: &Status) -> bool {
        let renewable = matches!(
            self.credentials,
            Credentials::Person { .. } | Credentials::Client { .. }
        );
        renewable && status.code() == Code::Unauthenticated && status.message().contains("expired")
    }

    async fn authenticate(&self) -> Result<(), Status> {
        let stranger = Self {
            credentials: Credentials::None,
            token: Arc::default(),
            ..self.clone()
        };
        let token = match &self.credentials {
            Credentials::None | Credentials::Token => return Ok(()),
            Credentials::Person { login, password } => {
                let request = SignInRequest {
                    login: login.clone(),
                    password: password.clone(),
                };
                let TokenPair { access_token, .. } = stranger.unary(request).await?;
                access_token
            }
            Credentials::Client { client, secret } => {
                let request = IssueClientTokenRequest {
                    client: client.clone(),
                    client_secret: secret.clone(),
                };
                let ClientToken { access_token, .. } = stranger.unary(request).await?;
                access_token
            }
        };
        *lock(&self.token) = Some(token);
        Ok(())
    }
}

/// Opens a channel to a gateway.
///
/// # Errors
/// It cannot be reached.
pub async fn channel(address: std::net::SocketAddr) -> Result<Channel> {
    let endpoint = Channel::from_shared(format!("http://{address}"))?;
    endpoint
        .connect()
        .await
        .with_context(|| format!("no gateway at {address}"))
}

/// `communities/{community}` or `regions/{region}` that a name begins with.
fn place_of(name: &str) -> Option<String> {
    let (collection, rest) = name.split_once('/')?;
    let code = rest.split('/').next()?;
    matches!(collection, "communities" | "regions").then(|| format!("{collection}/{code}"))
}

fn shared(token: &str) -> Arc<Mutex<Option<String>>> {
    Arc::new(Mutex::new(Some(token.to_owned())))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
