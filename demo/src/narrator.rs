use anyhow::{Context, Result};
use tonic::Status;
use yihe_testkit::{Refused, refused};

/// Tells what happens, in Chinese and English.
#[derive(Debug, Default)]
pub struct Narrator {
    aloud: bool,
    scene: u32,
    steps: usize,
    refusals: Vec<String>,
}

impl Narrator {
    /// Prints to standard output.
    #[must_use]
    pub fn aloud() -> Self {
        Self {
            aloud: true,
            ..Self::default()
        }
    }

    /// Says nothing; for tests.
    #[must_use]
    pub fn silent() -> Self {
        Self::default()
    }

    /// Begins a scene.
    pub fn scene(&mut self, zh: &str, en: &str) {
        self.scene += 1;
        self.say(&format!("\n{}. {zh} / {en}", self.scene));
    }

    /// Tells a step that came out.
    pub fn step(&mut self, zh: &str, en: &str) {
        self.steps += 1;
        self.say(&format!("  ✓ {zh}\n    {en}"));
    }

    /// Demands that a call was refused for this reason, and tells why.
    ///
    /// # Errors
    /// It was answered, or refused for another reason.
    pub fn refused<T: std::fmt::Debug>(
        &mut self,
        zh: &str,
        en: &str,
        answer: Result<T, Status>,
        reason: &str,
    ) -> Result<Refused> {
        let refusal = refused(answer, reason).with_context(|| en.to_owned())?;
        self.say(&format!(
            "  ✗ {zh}\n    {en}\n      → {}: {}",
            refusal.reason, refusal.text
        ));
        self.refusals.push(refusal.reason.clone());
        Ok(refusal)
    }

    /// Tells that everything came out.
    pub fn end(&self) {
        let (steps, refusals) = (self.steps, self.refusals.len());
        self.say(&format!(
            "\n✓ 全部按预期进行:{steps} 步办成,{refusals} 次依规拒绝 / all came out as told: {steps} steps done, {refusals} rightly refused"
        ));
    }

    /// The reasons of all refusals so far, in order.
    #[must_use]
    pub fn refusals(&self) -> &[String] {
        &self.refusals
    }

    fn say(&self, text: &str) {
        if self.aloud {
            println!("{text}");
        }
    }
}
