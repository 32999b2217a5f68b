/// A 3 x 3 matrix of doubles, by columns.
@frozen public struct Matrix3: Sendable, Equatable {
  public var columns: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

  @inlinable public init(
    columns first: SIMD3<Double>, _ second: SIMD3<Double>, _ third: SIMD3<Double>
  ) {
    columns = (first, second, third)
  }

  /// The same scale along all axes.
  @inlinable public init(scale: Double) {
    self.init(columns: [scale, 0, 0], [0, scale, 0], [0, 0, scale])
  }

  public static let identity = Matrix3(columns: [1, 0, 0], [0, 1, 0], [0, 0, 1])

  @inlinable public static func == (left: Self, right: Self) -> Bool {
    left.columns.0 == right.columns.0 && left.columns.1 == right.columns.1
      && left.columns.2 == right.columns.2
  }

  @inlinable public static func * (left: Self, right: SIMD3<Double>) -> SIMD3<Double> {
    left.columns.0 * right.x + left.columns.1 * right.y + left.columns.2 * right.z
  }

  @inlinable public static func * (left: Self, right: Self) -> Self {
    Self(columns: left * right.columns.0, left * right.columns.1, left * right.columns.2)
  }

  @inlinable public var transposed: Self {
    Self(
      columns: [columns.0.x, columns.1.x, columns.2.x], [columns.0.y, columns.1.y, columns.2.y],
      [columns.0.z, columns.1.z, columns.2.z])
  }

  /// Row by row.
  @inlinable public var rows: [[Double]] {
    (0..<3).map { [columns.0[$0], columns.1[$0], columns.2[$0]] }
  }

  @inlinable public var determinant: Double { columns.0.dot(columns.1.cross(columns.2)) }

  /// The matrix of cofactors: it carries normals as the matrix itself carries positions, up to a
  /// positive or negative scale, and exists where the inverse does not.
  @inlinable public var cofactors: Self {
    Self(
      columns: columns.1.cross(columns.2), columns.2.cross(columns.0), columns.0.cross(columns.1))
  }
}
