//! Decompression alone, by the libraries that posmortem uses: FILE, `gzip` or `zstd`. Prints how many bytes came out.

use std::fs::File;
use std::io::Read;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = File::open(arguments.next().expect("FILE FORMAT")).expect("a file");
    let mut reader: Box<dyn Read> = match arguments.next().as_deref() {
        Some("gzip") => {
            Box::new(flate2::read::MultiGzDecoder::new(std::io::BufReader::with_capacity(1 << 16, file)))
        }
        Some("zstd") => Box::new(zstd::Decoder::new(file).expect("a stream")),
        _ => panic!("FILE FORMAT"),
    };
    let (mut block, mut bytes) = (vec![0; 1 << 18], 0);
    loop {
        match reader.read(&mut block).expect("a whole stream") {
            0 => break,
            read => bytes += read,
        }
    }
    println!("{bytes}");
}
