import Imaging

/// Pictures. What is decoded has the bytes that its size says, and PNG keeps each of them.
enum PictureTargets {
  static func run(_ bytes: [UInt8]) {
    guard let (image, _) = try? ImageFile.decode(bytes) else { return }
    check(image)
  }

  /// The checksums of the chunks are set right first, which no fuzzer guesses.
  static func runPNG(_ bytes: [UInt8]) { run(mended(bytes)) }

  private static func check(_ image: Image) {
    promise(
      image.bytes.count == image.width * image.height * image.channels * image.bitsPerSample / 8,
      "a picture has the bytes that its size says")
  }

  private static func mended(_ file: [UInt8]) -> [UInt8] {
    var file = file
    var at = 8
    while at + 12 <= file.count {
      let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = at + 8 + length
      guard end + 4 <= file.count else { break }
      let sum = crc(file[at + 4..<end])
      for place in 0..<4 { file[end + place] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * place)) }
      at = end + 4
    }
    return file
  }

  /// CRC-32 as PNG has it (ISO 3309), a bit at a time: the files are small.
  private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }
}
