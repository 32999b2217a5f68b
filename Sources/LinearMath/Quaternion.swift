/// A rotation as a quaternion `w + xi + yj + zk`.
@frozen public struct Quaternion: Sendable, Equatable {
  public var x, y, z, w: Double

  @inlinable public init(x: Double, y: Double, z: Double, w: Double) {
    (self.x, self.y, self.z, self.w) = (x, y, z, w)
  }

  public static let identity = Quaternion(x: 0, y: 0, z: 0, w: 1)

  /// The quaternion of a rotation matrix, with `w` not negative.
  ///
  /// The largest of the four components is found first, so that no division is by a small number
  /// (Shepperd, "Quaternion from rotation matrix", 1978).
  @inlinable public init(rotation matrix: Matrix3) {
    let (a, b, c) = matrix.columns
    let (xx, yy, zz) = (a.x, b.y, c.z)
    let trace = xx + yy + zz
    if trace > max(xx, yy, zz) {
      self.init(x: b.z - c.y, y: c.x - a.z, z: a.y - b.x, w: 1 + trace)
    } else if xx >= yy && xx >= zz {
      self.init(x: 1 + xx - yy - zz, y: a.y + b.x, z: c.x + a.z, w: b.z - c.y)
    } else if yy >= zz {
      self.init(x: a.y + b.x, y: 1 + yy - xx - zz, z: b.z + c.y, w: c.x - a.z)
    } else {
      self.init(x: c.x + a.z, y: b.z + c.y, z: 1 + zz - xx - yy, w: a.y - b.x)
    }
    let length = (x * x + y * y + z * z + w * w).squareRoot()
    let scale = (w < 0 ? -1 : 1) / length
    (x, y, z, w) = (x * scale, y * scale, z * scale, w * scale)
  }

  /// The rotation matrix; the quaternion need not have length one.
  @inlinable public var matrix: Matrix3 {
    let square = x * x + y * y + z * z + w * w
    guard square > 0 else { return .identity }
    let s = 2 / square
    return Matrix3(
      columns: [1 - s * (y * y + z * z), s * (x * y + z * w), s * (x * z - y * w)],
      [s * (x * y - z * w), 1 - s * (x * x + z * z), s * (y * z + x * w)],
      [s * (x * z + y * w), s * (y * z - x * w), 1 - s * (x * x + y * y)])
  }
}
