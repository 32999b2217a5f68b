// What SIMD8 code here keeps to, because the standard library's other spellings run lane by lane (seen in
// the disassembly of Swift 6.3): `replacing(with:where:)` over a comparison of two vectors instead of
// `pointwiseMin`, `.min()`, `v .< SIMD8(repeating: s)` (write `v .< s`); no `squareRoot` (take `roots`); no writing of single lanes.

public import CLanes

/// Eight vectors side by side, one in each lane.
@frozen public struct Lanes3: Sendable {
  public var x: SIMD8<Float>
  public var y: SIMD8<Float>
  public var z: SIMD8<Float>

  @inlinable @inline(__always)
  public init(_ x: SIMD8<Float>, _ y: SIMD8<Float>, _ z: SIMD8<Float>) {
    (self.x, self.y, self.z) = (x, y, z)
  }

  /// The same vector in every lane.
  @inlinable @inline(__always)
  public init(repeating vector: SIMD3<Float>) {
    x = SIMD8(repeating: vector.x)
    y = SIMD8(repeating: vector.y)
    z = SIMD8(repeating: vector.z)
  }

  @inlinable @inline(__always)
  public static func + (left: Lanes3, right: Lanes3) -> Lanes3 {
    Lanes3(left.x + right.x, left.y + right.y, left.z + right.z)
  }

  @inlinable @inline(__always)
  public static func - (left: Lanes3, right: Lanes3) -> Lanes3 {
    Lanes3(left.x - right.x, left.y - right.y, left.z - right.z)
  }

  @inlinable @inline(__always)
  public static func * (left: Lanes3, right: SIMD8<Float>) -> Lanes3 {
    Lanes3(left.x * right, left.y * right, left.z * right)
  }

  /// Component by component the product.
  @inlinable @inline(__always)
  public func scaled(by other: Lanes3) -> Lanes3 {
    Lanes3(x * other.x, y * other.y, z * other.z)
  }

  @inlinable @inline(__always)
  public func dot(_ other: Lanes3) -> SIMD8<Float> {
    let xy = x * other.x + y * other.y
    return xy + z * other.z
  }

  @inlinable @inline(__always)
  public func cross(_ other: Lanes3) -> Lanes3 {
    let cx = y * other.z - z * other.y
    let cy = z * other.x - x * other.z
    let cz = x * other.y - y * other.x
    return Lanes3(cx, cy, cz)
  }

  @inlinable @inline(__always)
  public var lengthSquared: SIMD8<Float> { dot(self) }

  /// The sum over the lanes.
  @inlinable @inline(__always)
  public var sum: SIMD3<Float> { SIMD3(x.sum(), y.sum(), z.sum()) }

  /// Lane by lane the vector of `other` where `mask` is true.
  @inlinable @inline(__always)
  public func replacing(with other: Lanes3, where mask: SIMDMask<SIMD8<Int32>>) -> Lanes3 {
    Lanes3(
      x.replacing(with: other.x, where: mask), y.replacing(with: other.y, where: mask),
      z.replacing(with: other.z, where: mask))
  }
}

// Written out for each width: in a generic function the comparison would run lane by lane.

/// The lesser of two vectors, lane by lane.
@inlinable @inline(__always)
public func lesser(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  a.replacing(with: b, where: b .< a)
}

/// The greater of two vectors, lane by lane.
@inlinable @inline(__always)
public func greater(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  a.replacing(with: b, where: a .< b)
}

/// The lesser of two vectors, lane by lane.
@inlinable @inline(__always)
public func lesser(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
  a.replacing(with: b, where: b .< a)
}

/// The greater of two vectors, lane by lane.
@inlinable @inline(__always)
public func greater(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
  a.replacing(with: b, where: a .< b)
}

/// The bits of the true lanes, the first lane lowest.
@inlinable @inline(__always)
public func laneBits(_ mask: SIMDMask<SIMD8<Int32>>) -> UInt32 {
  maquette_signs(SIMD8<Int32>(repeating: 0).replacing(with: SIMD8(repeating: -1), where: mask))
}

extension SIMD8 where Scalar == Float {
  /// The square roots; `squareRoot()` would take them one by one.
  @inlinable @inline(__always) public var roots: SIMD8<Float> { maquette_square_root(self) }

  /// The whole parts, towards zero; some number where 32 bits are not enough.
  @inlinable @inline(__always) public var truncated: SIMD8<Int32> { maquette_truncated(self) }

  /// The largest whole numbers not above; within 32 bits.
  @inlinable @inline(__always) public var floors: SIMD8<Int32> {
    maquette_truncated(rounded(.down))
  }

  /// The nearest numbers from low to high; low for what is no number.
  @inlinable @inline(__always)
  public func clamped(_ low: Float, _ high: Float) -> SIMD8<Float> {
    lesser(greater(SIMD8(repeating: low), self), SIMD8(repeating: high))
  }

  /// The logarithms to base two of positive normal numbers, to 2e-7 of the number or 1e-6.
  @inlinable @inline(__always) public var log2: SIMD8<Float> {
    let bits = maquette_bits(self)
    // The mantissa in 0.75 ..< 1.5, so that numbers near one lose no digits.
    let exponent = (bits &- 0x3F40_0000) &>> 23
    let mantissa = maquette_of_bits(bits &- (exponent &<< 23))
    // Around one: log2 m = 2 / ln 2 (t + t^3 / 3 + t^5 / 5 + ...), t = (m - 1) / (m + 1), |t| <= 0.2.
    let t: SIMD8<Float> = (mantissa - 1) / (mantissa + 1)
    let square: SIMD8<Float> = t * t
    var series: SIMD8<Float> = square * 0.32059890 + 0.41219858
    series = series * square + 0.57707802
    series = series * square + 0.96179669
    series = series * square + 2.8853901
    return SIMD8<Float>(exponent) + series * t
  }

  /// Two to these powers, from -126 to 127, to about 2e-7 of the result.
  @inlinable @inline(__always) public var exp2: SIMD8<Float> {
    let power = clamped(-126, 127)
    let whole = power.rounded(.toNearestOrEven)
    let rest: SIMD8<Float> = power - whole
    var series: SIMD8<Float> = rest * 0.00015403530 + 0.0013333558
    series = series * rest + 0.0096181291
    series = series * rest + 0.055504109
    series = series * rest + 0.24022651
    series = series * rest + 0.69314718
    series = series * rest + 1
    return maquette_of_bits(maquette_bits(series) &+ (whole.truncated &<< 23))
  }
}
