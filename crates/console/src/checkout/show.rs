//! `GET …?transactionId=TOKEN`

use axum::response::Response;

use super::asked::Asked;

pub async fn show(asked: Asked) -> Response {
    asked.page()
}
