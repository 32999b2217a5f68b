import LinearMath

/// Four numbers in each of eight lanes: colors with alpha, mostly.
struct Lanes4 {
  var x, y, z, w: SIMD8<Float>

  @inline(__always)
  init(_ x: SIMD8<Float>, _ y: SIMD8<Float>, _ z: SIMD8<Float>, _ w: SIMD8<Float>) {
    (self.x, self.y, self.z, self.w) = (x, y, z, w)
  }

  @inline(__always)
  init(repeating value: SIMD4<Float>) {
    self.init(
      SIMD8(repeating: value.x), SIMD8(repeating: value.y), SIMD8(repeating: value.z),
      SIMD8(repeating: value.w))
  }

  /// From one vector a lane.
  @inline(__always)
  init(_ row: (Int) -> SIMD4<Float>) {
    let (a, b, c, d) = (row(0), row(1), row(2), row(3))
    let (e, f, g, h) = (row(4), row(5), row(6), row(7))
    x = SIMD8(a.x, b.x, c.x, d.x, e.x, f.x, g.x, h.x)
    y = SIMD8(a.y, b.y, c.y, d.y, e.y, f.y, g.y, h.y)
    z = SIMD8(a.z, b.z, c.z, d.z, e.z, f.z, g.z, h.z)
    w = SIMD8(a.w, b.w, c.w, d.w, e.w, f.w, g.w, h.w)
  }

  @inline(__always)
  static func + (left: Lanes4, right: Lanes4) -> Lanes4 {
    Lanes4(left.x + right.x, left.y + right.y, left.z + right.z, left.w + right.w)
  }

  @inline(__always)
  static func * (left: Lanes4, right: SIMD8<Float>) -> Lanes4 {
    Lanes4(left.x * right, left.y * right, left.z * right, left.w * right)
  }

  @inline(__always)
  static func * (left: Lanes4, right: Lanes4) -> Lanes4 {
    Lanes4(left.x * right.x, left.y * right.y, left.z * right.z, left.w * right.w)
  }

  @inline(__always) var xyz: Lanes3 { Lanes3(x, y, z) }

  /// One lane.
  @inline(__always)
  subscript(lane: Int) -> SIMD4<Float> { SIMD4(x[lane], y[lane], z[lane], w[lane]) }
}
