//! How to go on by hand.

use super::report::How;

/// Lines to copy.
pub(super) fn lines(how: &How) -> String {
    let How { endpoint, program, data, tenant, person, token } = how;
    let address = endpoint.trim_start_matches("http://");
    format!(
        "  This token is good for twelve hours; make another with\n\
         \x20   {program} --data {data} token --role psychiatrist --tenant {tenant} \\\n\
         \x20     --person {person} --schedules II,III,IV,V\n\
         \x20 Then\n\
         \x20   TOKEN={token}\n\
         \x20   grpcurl -plaintext -H \"authorization: Bearer $TOKEN\" {address} list\n\
         \x20   grpcurl -plaintext -H \"authorization: Bearer $TOKEN\" -d '{{\"page\":{{\"page_size\":5}}}}' \\\n\
         \x20     {address} concord.prescriber.v1.PrescriberService/ListWorklist\n\
         \x20 or from Rust\n\
         \x20   let client = concord_client::Client::connect(\"{endpoint}\", &token).await?;\n\
         \x20   let worklist = client.prescriber().list_worklist(ListWorklistRequest::default()).await?;\n"
    )
}
