/// How a photograph is to be turned to stand upright: what its camera noted (EXIF 2.3, tag 0x0112), 1 to 8.
struct Orientation {
  let number: Int

  /// 1, as it is, where nothing is noted or the note is damaged.
  init(jpeg file: [UInt8]) { number = Self.noted(file) ?? 1 }

  private static func noted(_ file: [UInt8]) -> Int? {
    var place = 2
    // Segments of a marker and a length, until the picture itself begins.
    while place + 4 <= file.count, file[place] == 0xFF, file[place + 1] != 0xDA {
      let length = Int(file[place + 2]) << 8 | Int(file[place + 3])
      let end = place + 2 + length
      guard length >= 2, end <= file.count else { return nil }
      let body = Array(file[place + 4..<end])
      if file[place + 1] == 0xE1, body.starts(with: Array("Exif\0\0".utf8)) {
        return inDirectory(Array(body.dropFirst(6)))
      }
      place = end
    }
    return nil
  }

  /// The entry of the first directory of a TIFF.
  private static func inDirectory(_ tiff: [UInt8]) -> Int? {
    let isLittle = tiff.starts(with: [0x49, 0x49])
    guard tiff.count >= 8, isLittle || tiff.starts(with: [0x4D, 0x4D]) else { return nil }
    func number(_ place: Int, _ bytes: Int) -> Int? {
      guard place >= 0, place + bytes <= tiff.count else { return nil }
      let digits = tiff[place..<place + bytes]
      return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let start = number(4, 4), let count = number(start, 2) else { return nil }
    for entry in 0..<count {
      let place = start + 2 + 12 * entry
      guard let tag = number(place, 2) else { return nil }
      if tag == 0x0112 { return number(place + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil } }
    }
    return nil
  }
}

extension Image {
  /// The picture as it stands upright.
  func upright(_ orientation: Orientation) -> Image {
    let number = orientation.number
    guard (2...8).contains(number) else { return self }
    let isTurned = number >= 5
    let (columns, rows) = isTurned ? (height, width) : (width, height)
    let size = channels * bitsPerSample / 8
    var turned = [UInt8](repeating: 0, count: bytes.count)
    for y in 0..<rows {
      for x in 0..<columns {
        let (across, down) = isTurned ? (y, x) : (x, y)
        let column = [2, 3, 7, 8].contains(number) ? width - 1 - across : across
        let row = [3, 4, 6, 7].contains(number) ? height - 1 - down : down
        let (from, to) = (size * (row * width + column), size * (y * columns + x))
        for byte in 0..<size { turned[to + byte] = bytes[from + byte] }
      }
    }
    return Image(
      width: columns, height: rows, channels: channels, bitsPerSample: bitsPerSample,
      bytes: turned)
  }
}
