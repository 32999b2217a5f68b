import LinearMath

/// The places of a PLY point cloud, as trainers read it to start from.
enum CloudReader {
  /// The cloud of a set at one of the usual names; none where there is no such file, or it is no cloud.
  static func read(_ files: SetFiles, _ names: [String]) throws -> [SIMD3<Double>] {
    guard let name = names.first(where: files.has) else { return [] }
    return places(try files.read(name))
  }

  private struct Property {
    let name: Substring
    let type: Substring
    var size: Int {
      switch type {
      case "char", "uchar", "int8", "uint8": 1
      case "short", "ushort", "int16", "uint16": 2
      case "double", "float64": 8
      default: 4
      }
    }
  }

  static func places(_ bytes: [UInt8]) -> [SIMD3<Double>] {
    let mark = Array("end_header\n".utf8)
    guard bytes.starts(with: Array("ply".utf8)),
      let start = bytes.indices.prefix(65_536).first(where: { bytes[$0...].starts(with: mark) })
    else { return [] }
    var (count, properties, isFirst) = (0, [Property](), false)
    let lines = String(decoding: bytes[..<start], as: UTF8.self).split(whereSeparator: \.isNewline)
    for line in lines {
      let words = line.split(separator: " ")
      if words.first == "element" {
        isFirst = words.count == 3 && words[1] == "vertex"
        if isFirst { count = Int(words[2]) ?? 0 }
      } else if words.first == "property", isFirst, words.count == 3 {
        properties.append(Property(name: words[2], type: words[1]))
      }
    }
    let data = bytes[(start + mark.count)...]
    let places = ["x", "y", "z"].compactMap { axis in properties.firstIndex { $0.name == axis } }
    guard places.count == 3, count > 0 else { return [] }
    if lines.contains("format ascii 1.0") {
      return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).prefix(count)
        .compactMap { line in
          let numbers = line.split(separator: " ").map { Double($0) ?? .nan }
          guard numbers.count >= properties.count else { return nil }
          return SIMD3(numbers[places[0]], numbers[places[1]], numbers[places[2]])
        }
    }
    let floats: Set<Substring> = ["float", "float32", "double", "float64"]
    guard places.allSatisfy({ floats.contains(properties[$0].type) }) else { return [] }
    let size = properties.reduce(0) { $0 + $1.size }
    guard lines.contains("format binary_little_endian 1.0"), data.count / size >= count else {
      return []
    }
    let offsets = places.map { place in properties[..<place].reduce(0) { $0 + $1.size } }
    return (0..<count).map { index in
      var point = SIMD3<Double>.zero
      for axis in 0..<3 {
        let wide = properties[places[axis]].size == 8
        let at = data.startIndex + index * size + offsets[axis]
        var bits: UInt64 = 0
        for byte in 0..<(wide ? 8 : 4) { bits |= UInt64(data[at + byte]) << (8 * UInt64(byte)) }
        point[axis] =
          wide ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(bits)))
      }
      return point
    }
  }
}
