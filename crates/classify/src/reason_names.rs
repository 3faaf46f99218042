//! A constant for each reason, so that rules which speak of one are checked by the compiler.
//!
//! The numbers are the rows of `data/reasons.tsv`; a test holds the two together. Nothing else about a
//! reason is written here.

use crate::Reason;

macro_rules! reasons {
    ($($constant:ident = $name:literal;)*) => {
        impl Reason {
            $(
                #[doc = concat!("The reason `", $name, "`.")]
                pub const $constant: Self = Self(Row::$constant as u8);
            )*

            /// How many reasons there are.
            pub const COUNT: usize = [$($name),*].len();
        }

        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Row {
            $($constant),*
        }

        #[cfg(test)]
        const NAMES: &[(Reason, &str)] = &[$((Reason::$constant, $name)),*];
    };
}

reasons! {
    // network
    LINK_OUTAGE = "link_outage";
    WEAK_SIGNAL = "weak_signal";
    POWER_UNSTABLE = "power_unstable";
    TERMINAL_SOFTWARE_FAULT = "terminal_software_fault";
    RESPONSE_TIMEOUT = "response_timeout";
    ISSUER_UNAVAILABLE = "issuer_unavailable";
    ISSUER_MAINTENANCE = "issuer_maintenance";
    SWITCH_FAULT = "switch_fault";
    ROUTING_NOT_FOUND = "routing_not_found";
    CUTOVER_IN_PROGRESS = "cutover_in_progress";
    AGREEMENT_OR_POLICY = "agreement_or_policy";
    DUPLICATE_TRANSMISSION = "duplicate_transmission";
    // account
    INSUFFICIENT_FUNDS = "insufficient_funds";
    ACCOUNT_FROZEN = "account_frozen";
    ACCOUNT_CLOSED_OR_MISSING = "account_closed_or_missing";
    ACCOUNT_EXPIRED_OR_INACTIVE = "account_expired_or_inactive";
    PIN_INCORRECT = "pin_incorrect";
    PIN_TRIES_EXCEEDED = "pin_tries_exceeded";
    AMOUNT_LIMIT = "amount_limit";
    COUNT_LIMIT = "count_limit";
    ISSUER_REFUSED = "issuer_refused";
    SUSPECTED_FRAUD = "suspected_fraud";
    AUTHENTICATION_REQUIRED = "authentication_required";
    NOT_PERMITTED = "not_permitted";
    // card
    CHIP_DAMAGED = "chip_damaged";
    STRIPE_DAMAGED = "stripe_damaged";
    READER_HARDWARE_FAULT = "reader_hardware_fault";
    READER_INTERFERENCE = "reader_interference";
    CARD_NUMBER_WRONG = "card_number_wrong";
    CARD_EXPIRED = "card_expired";
    CARD_DISABLED = "card_disabled";
    CARD_NOT_ACTIVATED = "card_not_activated";
    CARD_LOST_OR_STOLEN = "card_lost_or_stolen";
    CARD_AUTH_FAILED = "card_auth_failed";
    CARD_NOT_SUPPORTED = "card_not_supported";
    FALLBACK_REFUSED = "fallback_refused";
    // key
    MAC_INVALID = "mac_invalid";
    MAC_KEY_OUT_OF_SYNC = "mac_key_out_of_sync";
    PIN_BLOCK_INVALID = "pin_block_invalid";
    PIN_KEY_OUT_OF_SYNC = "pin_key_out_of_sync";
    KEY_NOT_AVAILABLE = "key_not_available";
    KEY_NOT_UPDATED = "key_not_updated";
    SIGNON_REQUIRED = "signon_required";
    KEY_EXCHANGE_FAILED = "key_exchange_failed";
    HSM_FAULT = "hsm_fault";
    KEY_COMPROMISED = "key_compromised";
    // operator
    WRONG_PROCEDURE = "wrong_procedure";
    WRONG_AMOUNT = "wrong_amount";
    OVER_TERMINAL_LIMIT = "over_terminal_limit";
    CHIP_CARD_SWIPED = "chip_card_swiped";
    CANCELLED = "cancelled";
    ORIGINAL_NOT_FOUND = "original_not_found";
    ALREADY_REVERSED = "already_reversed";
    MERCHANT_NOT_REGISTERED = "merchant_not_registered";
    TERMINAL_NOT_REGISTERED = "terminal_not_registered";
    FUNCTION_NOT_ENABLED = "function_not_enabled";
    SETTLEMENT_MISMATCH = "settlement_mismatch";
    REFERRAL_REQUIRED = "referral_required";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_the_rows_of_their_names() {
        assert_eq!(NAMES.len(), 58);
        for (reason, name) in NAMES {
            assert_eq!(reason.name(), *name);
            assert_eq!(Reason::from_name(name), Some(*reason));
        }
        assert_eq!(Reason::from_name("none"), None);
    }
}
