// Small-vector arithmetic the standard library leaves out.

extension SIMD3 where Scalar == Float {
  /// The sum of the products of the components.
  @inlinable @inline(__always) public func dot(_ other: Self) -> Float { (self * other).sum() }

  /// The right-handed cross product.
  @inlinable @inline(__always) public func cross(_ other: Self) -> Self {
    // Lanes turn round once at the end instead of being picked one by one: four shuffles.
    let turned = self * Self(other.y, other.z, other.x) - Self(y, z, x) * other
    return Self(turned.y, turned.z, turned.x)
  }

  @inlinable public var lengthSquared: Float { dot(self) }
  @inlinable public var length: Float { lengthSquared.squareRoot() }

  /// The vector scaled to length one, or zero where it has no direction.
  @inlinable public var normalized: Self {
    let length = self.length
    return length > 0 ? self / length : .zero
  }

  @inlinable public var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }

  @inlinable public init(_ vector: SIMD3<Double>) {
    self.init(Float(vector.x), Float(vector.y), Float(vector.z))
  }
}

extension SIMD3 where Scalar == Double {
  /// The sum of the products of the components.
  @inlinable @inline(__always) public func dot(_ other: Self) -> Double { (self * other).sum() }

  /// The right-handed cross product.
  @inlinable @inline(__always) public func cross(_ other: Self) -> Self {
    Self(
      y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }

  @inlinable public var lengthSquared: Double { dot(self) }
  @inlinable public var length: Double { lengthSquared.squareRoot() }

  /// The vector scaled to length one, or zero where it has no direction.
  @inlinable public var normalized: Self {
    let length = self.length
    return length > 0 ? self / length : .zero
  }

  /// A unit vector perpendicular to this one.
  @inlinable public var anyPerpendicular: Self {
    let axis: Self = abs(x) < 0.6 * length ? Self(1, 0, 0) : Self(0, 1, 0)
    return cross(axis).normalized
  }

  @inlinable public init(_ vector: SIMD3<Float>) {
    self.init(Double(vector.x), Double(vector.y), Double(vector.z))
  }
}

extension FloatingPoint {
  /// Linear interpolation: `self` at 0, `other` at 1.
  @inlinable public func mixed(with other: Self, _ amount: Self) -> Self {
    self + (other - self) * amount
  }
}
