import LinearMath

/// A point of the initialisation cloud, in the set's coordinates.
public struct DatasetPoint: Sendable, Equatable {
  public let position: SIMD3<Float>
  public let normal: SIMD3<Float>
  /// sRGB.
  public let color: SIMD3<UInt8>

  public init(position: SIMD3<Float>, normal: SIMD3<Float>, color: SIMD3<UInt8>) {
    (self.position, self.normal, self.color) = (position, normal, color)
  }
}

/// `points3D.ply` with exactly the properties that the original 3D Gaussian Splatting reader wants.
enum PointsPLY {
  static func bytes(_ points: [DatasetPoint]) -> [UInt8] {
    var header = "ply\nformat binary_little_endian 1.0\nelement vertex \(points.count)\n"
    for name in ["x", "y", "z", "nx", "ny", "nz"] { header += "property float \(name)\n" }
    for name in ["red", "green", "blue"] { header += "property uchar \(name)\n" }
    var file = Array((header + "end_header\n").utf8)
    file.reserveCapacity(file.count + 27 * points.count)
    for point in points {
      for vector in [point.position, point.normal] {
        for axis in 0..<3 {
          let bits = vector[axis].bitPattern
          for shift: UInt32 in [0, 8, 16, 24] {
            file.append(UInt8(truncatingIfNeeded: bits >> shift))
          }
        }
      }
      for channel in 0..<3 { file.append(point.color[channel]) }
    }
    return file
  }
}
