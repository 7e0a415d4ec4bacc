use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::policy::v1::{ExportMatrixRequest, MatrixFile};

use super::matrix::matrix;
use super::scope;
use crate::domain::matrix_csv;
use crate::service::Policy;

/// The matrix in force in a community or region now, as a table.
pub(crate) async fn export_matrix(policy: &Policy, request: Request<ExportMatrixRequest>) -> Result<MatrixFile> {
    let (admitted, request) = policy.guard.admit(request).await?;
    admitted.without_target()?;
    let matrix = matrix(policy, &scope(&request.parent)?).await?;
    Ok(MatrixFile {
        csv: matrix_csv::write(&matrix)?,
        revision: matrix.revision,
    })
}
