//! What a record shows of card, reader and line beyond its code: bits, and nothing that could be shown.
//!
//! Of the card no more is looked at than one digit of its service code, and that is kept as one of two
//! bits. Whether bits come to anything is not decided here.

use crate::leg_builder::cell;
use posmortem_classify::Dialect;
use posmortem_exchange::Traces;
use posmortem_iso8583::{
    Class, Cvm, CvmResults, Iad, IccData, ManagementField, Mti, NetworkManagement, PinEntry, ResponseCode,
    Side, Track2, Tvr,
};
use posmortem_logs::{Column, Record};

/// Where UnionPay's DE60 tells what network management is about (60.3), and the chip's condition (60.5).
const UNIONPAY_MANAGEMENT: std::ops::Range<usize> = 8..11;
const UNIONPAY_CHIP: usize = 12;

/// Where Visa's DE60 tells the chip's condition (60.3).
const VISA_CHIP: usize = 2;

/// All of DE55 that [`traces`] asks for, as one number; 0 where it holds nothing of it.
pub(crate) fn chip_word(chip_data: &[u8]) -> u64 {
    let mut scratch = Vec::new();
    let chip_data = IccData::new(chip_data, &mut scratch);
    let tvr = chip_data.tvr().map_or(0, |tvr| {
        let bits = [
            Tvr::online_pin_entered(tvr),
            Tvr::icc_data_missing(tvr),
            Tvr::pin_pad_not_working(tvr),
            Tvr::pin_bypassed(tvr),
        ];
        bits.into_iter().fold(1, |word, bit| word << 1 | u64::from(bit))
    });
    tvr << 2
        | u64::from(chip_data.cvm_results().is_some_and(entered_online)) << 1
        | u64::from(stayed_offline_by(&chip_data))
}

fn entered_online(results: CvmResults) -> bool {
    results.method() == Cvm::OnlinePin && !results.failed()
}

fn stayed_offline(code: &[u8]) -> bool {
    matches!(code, b"Y3" | b"Z3")
}

/// Whether the chip's own data says that the terminal could not go online.
fn stayed_offline_by(chip_data: &IccData<'_>) -> bool {
    chip_data.authorisation_response().is_some_and(|code| stayed_offline(&code))
        || chip_data.issuer_application_data().is_some_and(Iad::unable_to_go_online)
}

/// What a record shows.
pub(crate) fn traces(
    record: &Record<'_>,
    mti: Option<Mti>,
    code: Option<ResponseCode>,
    dialect: Option<Dialect>,
) -> Traces {
    let pin = PinEntry::from_de22(cell(record, Column::PosEntryMode), is_unionpay(dialect));
    let mut scratch = Vec::new();
    let chip_data = IccData::new(cell(record, Column::IccData), &mut scratch);
    let tvr = Tvr::parse(cell(record, Column::Tvr)).or_else(|| chip_data.tvr());
    let of_tvr = |bit: fn(Tvr) -> bool| tvr.is_some_and(bit);
    let repeats = mti.is_some_and(|mti| mti.side() == Side::Request && mti.is_repeat());
    let offline =
        code.is_some_and(|code| stayed_offline(code.as_str().as_bytes())) || stayed_offline_by(&chip_data);
    card(record)
        | chip(record, dialect)
        | Traces::PIN_PAD_OUT_OF_SERVICE.when(pin.pad_out_of_service)
        | Traces::PIN_ENTERED.when(
            pin.entered
                || of_tvr(Tvr::online_pin_entered)
                || chip_data.cvm_results().is_some_and(entered_online),
        )
        | Traces::REPEATED.when(repeats)
        | Traces::ICC_DATA_MISSING.when(of_tvr(Tvr::icc_data_missing))
        | Traces::PIN_PAD_NOT_WORKING.when(of_tvr(Tvr::pin_pad_not_working))
        | Traces::PIN_BYPASSED.when(of_tvr(Tvr::pin_bypassed))
        | Traces::COULD_NOT_GO_ONLINE.when(offline)
}

/// Whether the card has a chip, by the first digit of its service code.
fn card(record: &Record<'_>) -> Traces {
    let of_code = |code: &[u8]| match code {
        [digit @ b'1'..=b'9', b, c] if b.is_ascii_digit() && c.is_ascii_digit() => Some(digit - b'0'),
        _ => None,
    };
    let of_track = || Track2::parse(cell(record, Column::Track2)).and_then(|track| track.service_digit());
    match of_code(cell(record, Column::ServiceCode)).or_else(of_track) {
        Some(2 | 6) => Traces::CHIP_CARD,
        Some(1..=9) => Traces::STRIPE_CARD,
        _ => Traces::NONE,
    }
}

/// What became of the terminal's last reading of a chip.
fn chip(record: &Record<'_>, dialect: Option<Dialect>) -> Traces {
    let reserved = || {
        let at = match dialect {
            Some(dialect) if is_unionpay(Some(dialect)) => UNIONPAY_CHIP,
            Some(dialect) if dialect.name() == "visa" => VISA_CHIP,
            _ => return None,
        };
        digits(record)?.get(at).copied()
    };
    let told = match cell(record, Column::ChipCondition) {
        [b'0', digit] | [digit] => Some(*digit),
        _ => reserved(),
    };
    match told {
        Some(b'1') => Traces::CHIP_READ_FINE,
        Some(b'2') => Traces::CHIP_READ_FAILED,
        _ => Traces::NONE,
    }
}

/// What a message of class 8 is about.
pub(crate) fn management(
    record: &Record<'_>,
    mti: Option<Mti>,
    dialect: Option<Dialect>,
) -> Option<NetworkManagement> {
    let mti = mti.filter(|mti| mti.class() == Class::Network)?;
    let information =
        || NetworkManagement::from_code(ManagementField::Information, cell(record, Column::NetworkCode));
    // Under a 1987 MTI, DE24 names a network.
    let function = || {
        let code = cell(record, Column::FunctionCode);
        (mti.version() != 0).then(|| NetworkManagement::from_code(ManagementField::Function, code))?
    };
    let unionpay = || {
        let code = digits(record).filter(|_| is_unionpay(dialect))?.get(UNIONPAY_MANAGEMENT)?;
        NetworkManagement::from_code(ManagementField::UnionPay, code)
    };
    information().or_else(function).or_else(unionpay)
}

/// DE60 where it is digits throughout.
fn digits<'b>(record: &Record<'b>) -> Option<&'b [u8]> {
    Some(cell(record, Column::Reserved60)).filter(|text| text.iter().all(u8::is_ascii_digit))
}

/// Whether DE60 and DE22 are laid out as UnionPay's.
pub(crate) fn is_unionpay(dialect: Option<Dialect>) -> bool {
    dialect.is_some_and(|dialect| dialect.name().starts_with("unionpay"))
}
