//! Ids and names of what this service keeps.

use yihe_kernel::CommunityId;

yihe_kernel::ids! {
    /// Id of an event, given by the service that told it.
    EventId
    /// Id of a webhook.
    WebhookId
}

yihe_kernel::names! {
    /// Name of an event.
    EventName { "communities" community: CommunityId, "events" event: EventId }
    /// Name of a webhook.
    WebhookName { "communities" community: CommunityId, "webhooks" webhook: WebhookId }
}
