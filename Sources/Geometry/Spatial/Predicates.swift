import LinearMath

// Orientation of points, exactly (Shewchuk, "Adaptive precision floating-point arithmetic and fast robust
// geometric predicates", 1997): a double with an error bound first, and only where the bound cannot tell
// the sign, sums of doubles that hold every digit.

/// The sign of the volume of the tetrahedron a b c d: +1 where d is below the plane through a, b, c, seen
/// from where they run counter-clockwise; 0 where the four are on one plane, exactly.
func orientation(
  _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, _ d: SIMD3<Float>
) -> Int {
  let origin = SIMD3<Double>(d)
  let p = SIMD3<Double>(a) - origin
  let q = SIMD3<Double>(b) - origin
  let r = SIMD3<Double>(c) - origin
  let (qr, rq) = (q.x * r.y, q.y * r.x)
  let (rp, pr) = (r.x * p.y, r.y * p.x)
  let (pq, qp) = (p.x * q.y, p.y * q.x)
  let determinant = p.z * (qr - rq) + q.z * (rp - pr) + r.z * (pq - qp)
  let first = (abs(qr) + abs(rq)) * abs(p.z)
  let second = (abs(rp) + abs(pr)) * abs(q.z)
  let third = (abs(pq) + abs(qp)) * abs(r.z)
  let size = first + second + third
  // Flat along an axis, as designed parts are: exactly zero without more ado.
  if size == 0 { return 0 }
  let bound = 7.771561172376103e-16 * size
  if determinant > bound { return 1 }
  if determinant < -bound { return -1 }
  return exactOrientation(a, b, c, d)
}

/// The sign of the area of the triangle a b c in the plane that remains when the axis `dropped` is left
/// out, exactly; +1 for counter-clockwise.
func planarOrientation(
  _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, dropping dropped: Int
) -> Int {
  let (u, v) = dropped == 0 ? (1, 2) : dropped == 1 ? (2, 0) : (0, 1)
  let (ax, ay) = (Double(a[u]) - Double(c[u]), Double(a[v]) - Double(c[v]))
  let (bx, by) = (Double(b[u]) - Double(c[u]), Double(b[v]) - Double(c[v]))
  let (left, right) = (ax * by, ay * bx)
  // Along an axis: exactly zero without more ado.
  if left == 0 && right == 0 { return 0 }
  let determinant = left - right
  let bound = 3.3306690738754716e-16 * (abs(left) + abs(right))
  if determinant > bound { return 1 }
  if determinant < -bound { return -1 }
  let most = max(abs(a[u]), abs(a[v]), abs(b[u]), abs(b[v]), max(abs(c[u]), abs(c[v])))
  if var numbers = WholeNumbers(largest: most) {
    let (x, y) = (numbers.take(c[u]), numbers.take(c[v]))
    let first = product(numbers.take(a[u]) &- x, numbers.take(b[v]) &- y)
    let second = product(numbers.take(a[v]) &- y, numbers.take(b[u]) &- x)
    if numbers.isExact { return Int((first &- second).signum()) }
  }
  let exact =
    Expansion.difference(a[u], c[u]) * Expansion.difference(b[v], c[v])
    - Expansion.difference(a[v], c[v]) * Expansion.difference(b[u], c[u])
  return exact.sign
}

/// The sign of the area of the triangle a b c, exactly; +1 for counter-clockwise.
func planarOrientation(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Int {
  let (p, q) = (a - c, b - c)
  let (left, right) = (p.x * q.y, p.y * q.x)
  let determinant = left - right
  let bound = 3.3306690738754716e-16 * (abs(left) + abs(right))
  if determinant > bound { return 1 }
  if determinant < -bound { return -1 }
  // What lies in the unit square on a fine enough grid, as triangulations see to: whole numbers.
  let whole = SIMD8(a.x, a.y, b.x, b.y, c.x, c.y, 0, 0) * 0x1p48
  if whole.rounded(.towardZero) == whole, all(whole .< 0x1p53 .& whole .> -0x1p53) {
    let (x, y) = (Int64(whole[4]), Int64(whole[5]))
    let first = product(Int64(whole[0]) &- x, Int64(whole[3]) &- y)
    let second = product(Int64(whole[1]) &- y, Int64(whole[2]) &- x)
    return Int((first &- second).signum())
  }
  let exact =
    Expansion.difference(a.x, c.x) * Expansion.difference(b.y, c.y)
    - Expansion.difference(a.y, c.y) * Expansion.difference(b.x, c.x)
  return exact.sign
}

/// Makes whole numbers of a common unit of floats, where 38 bits hold them: the usual case, for which 128
/// bits hold every product.
private struct WholeNumbers {
  private let scale: Double
  private(set) var isExact = true

  /// - Parameter largest: the largest magnitude.
  @inline(__always)
  init?(largest: Float) {
    guard largest.isNormal else { return nil }
    scale = Double(sign: .plus, exponent: 37 - Int(largest.exponent), significand: 1)
  }

  @inline(__always)
  mutating func take(_ float: Float) -> Int64 {
    let scaled = Double(float) * scale
    let whole = Int64(scaled)
    isExact = isExact && Double(whole) == scaled
    return whole
  }

  @inline(__always)
  mutating func take(_ v: SIMD3<Float>) -> (Int64, Int64, Int64) {
    (take(v.x), take(v.y), take(v.z))
  }
}

@inline(__always)
private func largest(_ v: SIMD3<Float>) -> Float { max(abs(v.x), abs(v.y), abs(v.z)) }

/// The sign of the orientation where all coordinates are whole numbers of a common unit; nil else.
private func wholeOrientation(
  _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, _ d: SIMD3<Float>
) -> Int? {
  let most = max(largest(a), largest(b), largest(c), largest(d))
  guard var numbers = WholeNumbers(largest: most) else { return nil }
  let (p, q, r, s) = (numbers.take(a), numbers.take(b), numbers.take(c), numbers.take(d))
  guard numbers.isExact else { return nil }
  let (px, py, pz) = (p.0 &- s.0, p.1 &- s.1, p.2 &- s.2)
  let (qx, qy, qz) = (q.0 &- s.0, q.1 &- s.1, q.2 &- s.2)
  let (rx, ry, rz) = (r.0 &- s.0, r.1 &- s.1, r.2 &- s.2)
  let first = Int128(pz) &* (product(qx, ry) &- product(qy, rx))
  let second = Int128(qz) &* (product(rx, py) &- product(ry, px))
  let third = Int128(rz) &* (product(px, qy) &- product(py, qx))
  return Int((first &+ second &+ third).signum())
}

@inline(__always)
private func product(_ a: Int64, _ b: Int64) -> Int128 { Int128(a) &* Int128(b) }

private func exactOrientation(
  _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, _ d: SIMD3<Float>
) -> Int {
  if let sign = wholeOrientation(a, b, c, d) { return sign }
  func edge(_ from: SIMD3<Float>) -> (x: Expansion, y: Expansion, z: Expansion) {
    (.difference(from.x, d.x), .difference(from.y, d.y), .difference(from.z, d.z))
  }
  let (p, q, r) = (edge(a), edge(b), edge(c))
  let first = p.z * (q.x * r.y - q.y * r.x)
  let second = q.z * (r.x * p.y - r.y * p.x)
  let third = r.z * (p.x * q.y - p.y * q.x)
  return (first + second + third).sign
}

/// A number as an exact sum of doubles that do not overlap, smallest first.
struct Expansion {
  private var parts: [Double]

  /// a - b, of floats.
  static func difference(_ a: Float, _ b: Float) -> Expansion {
    difference(Double(a), Double(b))
  }

  /// a - b.
  static func difference(_ a: Double, _ b: Double) -> Expansion {
    let (sum, error) = twoSum(a, -b)
    return Expansion(parts: error == 0 ? [sum] : [error, sum])
  }

  var sign: Int {
    guard let largest = parts.last(where: { $0 != 0 }) else { return 0 }
    return largest > 0 ? 1 : -1
  }

  static func + (left: Expansion, right: Expansion) -> Expansion {
    var result = left
    for part in right.parts { result.grow(part) }
    return result
  }

  static func - (left: Expansion, right: Expansion) -> Expansion {
    var result = left
    for part in right.parts { result.grow(-part) }
    return result
  }

  static func * (left: Expansion, right: Expansion) -> Expansion {
    var result = Expansion(parts: [])
    for a in left.parts {
      for b in right.parts {
        let product = a * b
        result.grow((-product).addingProduct(a, b))
        result.grow(product)
      }
    }
    return result
  }

  /// Adds one double (Shewchuk's GROW-EXPANSION).
  private mutating func grow(_ value: Double) {
    var sum = value
    var kept: [Double] = []
    kept.reserveCapacity(parts.count + 1)
    for part in parts {
      let (high, low) = Self.twoSum(sum, part)
      if low != 0 { kept.append(low) }
      sum = high
    }
    if sum != 0 { kept.append(sum) }
    parts = kept
  }

  /// A sum and what rounding took from it (Knuth).
  private static func twoSum(_ a: Double, _ b: Double) -> (Double, Double) {
    let sum = a + b
    let virtual = sum - a
    return (sum, (a - (sum - virtual)) + (b - virtual))
  }
}
