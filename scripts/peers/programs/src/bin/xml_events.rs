//! The bare event loop of `quick-xml` over a file, as a stream or held in memory: how many empty elements there are, and no more.

use quick_xml::Reader;
use quick_xml::events::Event;
use std::fs::File;
use std::io::BufReader;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("FILE WAY");
    let mut elements = 0_u64;
    if arguments.next().as_deref() == Some("memory") {
        let bytes = std::fs::read(path).expect("a readable file");
        let mut reader = Reader::from_reader(bytes.as_slice());
        let config = reader.config_mut();
        config.check_end_names = false;
        loop {
            match reader.read_event().expect("well-formed events") {
                Event::Empty(_) => elements += 1,
                Event::Eof => break,
                _ => {}
            }
        }
    } else {
        let mut reader =
            Reader::from_reader(BufReader::with_capacity(1 << 18, File::open(path).expect("a file")));
        reader.config_mut().check_end_names = false;
        let mut buffer = Vec::new();
        loop {
            match reader.read_event_into(&mut buffer).expect("well-formed events") {
                Event::Empty(_) => elements += 1,
                Event::Eof => break,
                _ => {}
            }
            buffer.clear();
        }
    }
    println!("{elements}");
}
