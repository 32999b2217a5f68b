/// A 4 x 4 matrix of doubles, by columns; transforms are named `targetFromSource`.
@frozen public struct Matrix4: Sendable, Equatable {
  public var columns: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>)

  @inlinable public init(
    columns first: SIMD4<Double>, _ second: SIMD4<Double>, _ third: SIMD4<Double>,
    _ fourth: SIMD4<Double>
  ) {
    columns = (first, second, third, fourth)
  }

  /// The affine transform with this linear part and translation.
  @inlinable public init(linear: Matrix3, translation: SIMD3<Double> = .zero) {
    columns = (
      SIMD4(linear.columns.0, 0), SIMD4(linear.columns.1, 0), SIMD4(linear.columns.2, 0),
      SIMD4(translation, 1)
    )
  }

  /// Translation times rotation times scale, in glTF's order.
  @inlinable public init(
    translation: SIMD3<Double>, rotation: Quaternion, scale: SIMD3<Double>
  ) {
    let turn = rotation.matrix
    self.init(
      linear: Matrix3(
        columns: turn.columns.0 * scale.x, turn.columns.1 * scale.y, turn.columns.2 * scale.z),
      translation: translation)
  }

  /// Sixteen numbers, column after column, as glTF and GL store them.
  @inlinable public init(columnMajor values: [Double]) {
    precondition(values.count == 16, "a 4 x 4 matrix has sixteen numbers")
    columns = (
      SIMD4(values[0], values[1], values[2], values[3]),
      SIMD4(values[4], values[5], values[6], values[7]),
      SIMD4(values[8], values[9], values[10], values[11]),
      SIMD4(values[12], values[13], values[14], values[15])
    )
  }

  public static let identity = Matrix4(linear: .identity)

  @inlinable public static func == (left: Self, right: Self) -> Bool {
    left.columns.0 == right.columns.0 && left.columns.1 == right.columns.1
      && left.columns.2 == right.columns.2 && left.columns.3 == right.columns.3
  }

  @inlinable public static func * (left: Self, right: SIMD4<Double>) -> SIMD4<Double> {
    let first: SIMD4<Double> = left.columns.0 * right.x + left.columns.1 * right.y
    let second: SIMD4<Double> = left.columns.2 * right.z + left.columns.3 * right.w
    return first + second
  }

  @inlinable public static func * (left: Self, right: Self) -> Self {
    Self(
      columns: left * right.columns.0, left * right.columns.1, left * right.columns.2,
      left * right.columns.3)
  }

  /// The upper left 3 x 3 block.
  @inlinable public var linear: Matrix3 {
    Matrix3(columns: columns.0.xyz, columns.1.xyz, columns.2.xyz)
  }

  @inlinable public var translation: SIMD3<Double> { columns.3.xyz }

  /// The image of a point (w = 1), without a perspective division.
  @inlinable public func transform(point: SIMD3<Double>) -> SIMD3<Double> {
    (self * SIMD4(point, 1)).xyz
  }

  /// The inverse of a rotation and translation.
  @inlinable public var rigidInverse: Self {
    let turn = linear.transposed
    return Self(linear: turn, translation: -(turn * translation))
  }

  /// Sixteen numbers, column after column.
  @inlinable public var columnMajor: [Double] {
    [columns.0, columns.1, columns.2, columns.3].flatMap { [$0.x, $0.y, $0.z, $0.w] }
  }

  /// Four rows of four numbers.
  @inlinable public var rows: [[Double]] {
    (0..<4).map { [columns.0[$0], columns.1[$0], columns.2[$0], columns.3[$0]] }
  }
}

extension SIMD4 where Scalar == Double {
  @inlinable public var xyz: SIMD3<Double> { SIMD3(x, y, z) }
}

extension SIMD4 where Scalar == Float {
  @inlinable public var xyz: SIMD3<Float> { SIMD3(x, y, z) }
}
