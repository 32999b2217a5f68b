import LinearMath
import Views

/// An initialisation cloud with exactly the properties that the original 3D Gaussian Splatting reader wants.
enum PointsPLY {
  /// - Parameter unit: how many units the object's radius is.
  static func bytes(_ points: [DatasetPoint], unit: Double) -> [UInt8] {
    var header = "ply\nformat binary_little_endian 1.0\nelement vertex \(points.count)\n"
    for name in ["x", "y", "z", "nx", "ny", "nz"] { header += "property float \(name)\n" }
    for name in ["red", "green", "blue"] { header += "property uchar \(name)\n" }
    var file = Array((header + "end_header\n").utf8)
    file.reserveCapacity(file.count + 27 * points.count)
    for point in points {
      file.append(turned: point.position, times: unit)
      file.append(turned: point.normal, times: 1)
      for channel in 0..<3 { file.append(point.color[channel]) }
    }
    return file
  }
}

/// The surface alone, with types that every reader knows.
enum SurfacePLY {
  static func bytes(_ surface: SetSurface, unit: Double) -> [UInt8] {
    var header = "ply\nformat binary_little_endian 1.0\n"
    header += "element vertex \(surface.positions.count)\n"
    for name in ["x", "y", "z", "nx", "ny", "nz"] { header += "property float \(name)\n" }
    header += "element face \(surface.triangles.count)\n"
    header += "property list uchar int vertex_indices\nend_header\n"
    var file = Array(header.utf8)
    file.reserveCapacity(
      file.count + 24 * surface.positions.count + 13 * surface.triangles.count)
    for (position, normal) in zip(surface.positions, surface.normals) {
      file.append(turned: position, times: unit)
      file.append(turned: normal, times: 1)
    }
    for triangle in surface.triangles {
      file.append(3)
      for corner in 0..<3 { file.append(little: triangle[corner]) }
    }
    return file
  }
}

extension [UInt8] {
  /// A vector of our world in the set's, as three floats.
  fileprivate mutating func append(turned vector: SIMD3<Float>, times unit: Double) {
    let turned = Conventions.datasetVector(SIMD3<Double>(vector)) * unit
    for axis in 0..<3 { append(little: Float(turned[axis]).bitPattern) }
  }
}
