use std::future::Future;

use tokio::task::AbortHandle;

/// Background tasks of a service: they end when this is dropped.
#[derive(Debug, Default)]
pub struct Tasks(Vec<AbortHandle>);

impl Tasks {
    /// Runs a task until it is done or this is dropped. A panic in it is logged by name, and ends that task alone.
    pub fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let handle = tokio::spawn(task);
        self.0.push(handle.abort_handle());
        tokio::spawn(async move {
            if let Err(ended) = handle.await
                && ended.is_panic()
            {
                tracing::error!(task = name, "a background task panicked");
            }
        });
    }

    /// Takes over the tasks of another.
    pub fn join(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn tasks_end_with_their_owner() {
        let alive = Arc::new(());
        let (mut tasks, mut more) = (Tasks::default(), Tasks::default());
        for tasks in [&mut tasks, &mut more] {
            let held = Arc::clone(&alive);
            tasks.spawn("forever", async move {
                let _held = held;
                std::future::pending::<()>().await;
            });
        }
        tasks.spawn("broken", async { panic!("a task broke") });
        tasks.join(more);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(Arc::strong_count(&alive), 3);
        drop(tasks);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
