// What SIMD8 code here keeps to, because the standard library's other spellings run lane by lane (seen in
// the disassembly of Swift 6.3): `replacing(with:where:)` over a comparison of two vectors instead of
// `pointwiseMin`, `.min()`, `v .< SIMD8(repeating: s)` (write `v .< s`); no `squareRoot`; no writing of single lanes.

/// Eight vectors side by side, one in each lane.
struct Lanes3 {
  var x: SIMD8<Float>
  var y: SIMD8<Float>
  var z: SIMD8<Float>

  @inline(__always)
  init(_ x: SIMD8<Float>, _ y: SIMD8<Float>, _ z: SIMD8<Float>) {
    (self.x, self.y, self.z) = (x, y, z)
  }

  /// The same vector in every lane.
  @inline(__always)
  init(repeating vector: SIMD3<Float>) {
    x = SIMD8(repeating: vector.x)
    y = SIMD8(repeating: vector.y)
    z = SIMD8(repeating: vector.z)
  }

  @inline(__always)
  static func + (left: Lanes3, right: Lanes3) -> Lanes3 {
    Lanes3(left.x + right.x, left.y + right.y, left.z + right.z)
  }

  @inline(__always)
  static func - (left: Lanes3, right: Lanes3) -> Lanes3 {
    Lanes3(left.x - right.x, left.y - right.y, left.z - right.z)
  }

  @inline(__always)
  static func * (left: Lanes3, right: SIMD8<Float>) -> Lanes3 {
    Lanes3(left.x * right, left.y * right, left.z * right)
  }

  @inline(__always)
  func dot(_ other: Lanes3) -> SIMD8<Float> {
    let xy = x * other.x + y * other.y
    return xy + z * other.z
  }

  @inline(__always)
  func cross(_ other: Lanes3) -> Lanes3 {
    let cx = y * other.z - z * other.y
    let cy = z * other.x - x * other.z
    let cz = x * other.y - y * other.x
    return Lanes3(cx, cy, cz)
  }

  @inline(__always)
  var lengthSquared: SIMD8<Float> { dot(self) }

  /// The sum over the lanes.
  @inline(__always)
  var sum: SIMD3<Float> { SIMD3(x.sum(), y.sum(), z.sum()) }

  /// Lane by lane the vector of `other` where `mask` is true.
  @inline(__always)
  func replacing(with other: Lanes3, where mask: SIMDMask<SIMD8<Int32>>) -> Lanes3 {
    Lanes3(
      x.replacing(with: other.x, where: mask), y.replacing(with: other.y, where: mask),
      z.replacing(with: other.z, where: mask))
  }
}

// Written out for each width: in a generic function the comparison would run lane by lane.

/// The lesser of two vectors, lane by lane.
@inline(__always)
func lesser(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  a.replacing(with: b, where: b .< a)
}

/// The greater of two vectors, lane by lane.
@inline(__always)
func greater(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  a.replacing(with: b, where: a .< b)
}

/// The lesser of two vectors, lane by lane.
@inline(__always)
func lesser(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
  a.replacing(with: b, where: b .< a)
}

/// The greater of two vectors, lane by lane.
@inline(__always)
func greater(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
  a.replacing(with: b, where: a .< b)
}

/// The bits of the true lanes, the first lane lowest.
@inline(__always)
func laneBits(_ mask: SIMDMask<SIMD8<Int32>>) -> UInt32 {
  SIMD8<UInt32>(repeating: 0)
    .replacing(with: SIMD8<UInt32>(1, 2, 4, 8, 16, 32, 64, 128), where: mask).wrappedSum()
}
