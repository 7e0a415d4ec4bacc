use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the process tells of itself, and where to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySettings {
    /// A collector that takes OTLP over gRPC, `http://127.0.0.1:4317`; absent exports nothing.
    pub endpoint: Option<String>,
    /// The part of calls that is traced, from 0 to 1.
    pub sampling_ratio: SamplingRatio,
    /// Whether a caller that sends a `traceparent` decides by it whether its call is traced.
    pub follow_callers: bool,
    /// `service.name` of what is exported; absent takes `yihe`, and `yihe-meeting` for a process of that service alone.
    pub service_name: Option<String>,
    /// Where Prometheus may fetch counts, at `/metrics`; absent answers nobody.
    pub metrics_listen: Option<SocketAddr>,
}

/// A number from 0 to 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SamplingRatio(u64);

impl SamplingRatio {
    /// The ratio, where it is one.
    #[must_use]
    pub fn new(ratio: f64) -> Option<Self> {
        // kept as bits, which can be compared: it is never calculated with here
        (0.0..=1.0).contains(&ratio).then(|| Self(ratio.to_bits()))
    }

    /// As samplers take it.
    #[must_use]
    pub const fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl Default for SamplingRatio {
    /// One of ten.
    fn default() -> Self {
        Self(0.1_f64.to_bits())
    }
}

impl fmt::Debug for SamplingRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl Serialize for SamplingRatio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.get())
    }
}

impl<'de> Deserialize<'de> for SamplingRatio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ratio = f64::deserialize(deserializer)?;
        Self::new(ratio).ok_or_else(|| serde::de::Error::custom("must be a number from 0 to 1"))
    }
}
