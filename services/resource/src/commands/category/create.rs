use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::project::new_category;
use crate::domain::{Category, category as tree};
use crate::service::Service;
use crate::{events, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    category: Category,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateCategoryRequest>) -> Result<pb::Category> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let category = new_category(request.category.as_ref())?;
    let input = Create {
        service: Arc::clone(service),
        by,
        category,
    };
    let category = service
        .store
        .transaction("resource.create_category", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(code = category.code, "category added");
    Ok(category.into())
}

async fn apply(tx: &Tx, input: &Create) -> Result<Category, Failure> {
    let community = input.by.community()?;
    let above = tree::expect_addable(&input.category.code)?;
    if !store::category::exists(tx, community, above).await? {
        return Err(tree::unknown(above).into());
    }
    store::category::insert(tx, &input.by, &input.category).await?;
    let (stream, now) = (format!("communities/{community}"), input.service.now());
    events::append(tx, &input.by, events::CategoryCreated, &stream, &stream, now).await?;
    Ok(input.category.clone())
}
