import LinearMath

/// Confirmed depth as bytes, so that a later run need not match again: for each view its size, how many pixels are known,
/// and for each of these its index, place, normal and weight, all little-endian and of four bytes.
enum DepthRecord {
  static func bytes(_ maps: [SurfaceMap]) -> [UInt8] {
    var words: [UInt32] = [UInt32(maps.count)]
    for map in maps {
      let known = map.weights.indices.filter { map.weights[$0] > 0 }
      words += [UInt32(map.width), UInt32(map.height), UInt32(known.count)]
      for pixel in known {
        let (p, n) = (map.points[pixel], map.normals[pixel])
        words.append(UInt32(pixel))
        words += [p.x, p.y, p.z, n.x, n.y, n.z, map.weights[pixel]].map(\.bitPattern)
      }
    }
    return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  /// nil where the bytes are damaged or of pictures of other sizes; whose they are is not looked at.
  static func maps(_ bytes: [UInt8], for cameras: [Projection]) -> [SurfaceMap]? {
    var at = 0
    func word() -> UInt32? {
      guard at + 4 <= bytes.count else { return nil }
      defer { at += 4 }
      return (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * $1) }
    }
    guard word() == UInt32(cameras.count) else { return nil }
    var maps: [SurfaceMap] = []
    for camera in cameras {
      guard word() == UInt32(camera.width), word() == UInt32(camera.height), let known = word()
      else { return nil }
      var map = SurfaceMap(width: camera.width, height: camera.height)
      for _ in 0..<known {
        guard let index = word(), Int(index) < map.weights.count else { return nil }
        let numbers = (0..<7).compactMap { _ in word().map { Float(bitPattern: $0) } }
        guard numbers.count == 7, numbers.allSatisfy(\.isFinite) else { return nil }
        map.points[Int(index)] = [numbers[0], numbers[1], numbers[2]]
        map.normals[Int(index)] = [numbers[3], numbers[4], numbers[5]]
        map.weights[Int(index)] = numbers[6]
      }
      maps.append(map)
    }
    return at == bytes.count ? maps : nil
  }
}
