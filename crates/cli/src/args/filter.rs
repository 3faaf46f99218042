//! Flags that choose exchanges.

use clap::Args;

/// Which exchanges to look at; different filters must all agree, the values of one need not. A report counts
/// and lists what they choose, and judges by the whole fleet all the same.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// From this time on, in any form that logs use; a date alone is its midnight
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// These terminals (comma list, repeatable)
    #[arg(long = "terminal", value_name = "ID", value_delimiter = ',')]
    pub(crate) terminals: Vec<String>,
    /// These merchants
    #[arg(long = "merchant", value_name = "ID", value_delimiter = ',')]
    pub(crate) merchants: Vec<String>,
    /// These issuers, by name or card number prefix as the report shows them
    #[arg(long = "issuer", value_name = "ID", value_delimiter = ',')]
    pub(crate) issuers: Vec<String>,
    /// These causes: network, account, card, key, operator
    #[arg(long = "cause", value_name = "CAUSE", value_delimiter = ',')]
    pub(crate) causes: Vec<String>,
    /// These response codes
    #[arg(long = "response-code", value_name = "CODE", value_delimiter = ',')]
    pub(crate) codes: Vec<String>,
}
