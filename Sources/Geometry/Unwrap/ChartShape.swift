import Glibc
import LinearMath

/// A chart laid flat: its triangles over vertices of its own, and where those lie in the plane, in the mesh's unit.
struct ChartShape: Sendable {
  /// Triangles of the mesh.
  let members: [Int32]
  /// Points of the mesh.
  let vertices: [UInt32]
  let triangles: [SIMD3<UInt32>]
  var places: [SIMD2<Float>]

  /// - Parameter mesh: of points: no vertex stands twice.
  ///
  /// Looks along the axis, then evens out what that shortens; turned so that its box is small.
  init(_ mesh: Mesh, _ members: [Int32], axis: SIMD3<Float>) {
    self.members = members
    var known: [UInt32: UInt32] = [:]
    known.reserveCapacity(members.count)
    var vertices: [UInt32] = []
    triangles = members.map { member in
      let triangle = mesh.triangles[Int(member)]
      var local = SIMD3<UInt32>.zero
      for corner in 0..<3 {
        let vertex = triangle[corner]
        if let index = known[vertex] {
          local[corner] = index
        } else {
          local[corner] = UInt32(vertices.count)
          known[vertex] = UInt32(vertices.count)
          vertices.append(vertex)
        }
      }
      return local
    }
    self.vertices = vertices
    let right = SIMD3<Float>(SIMD3<Double>(axis).anyPerpendicular)
    let up = axis.cross(right)
    places = vertices.map { vertex in
      let p = mesh.positions[Int(vertex)]
      return SIMD2(p.dot(right), p.dot(up))
    }
    let flat = places
    relax(mesh)
    if !isUnfolded { places = flat }
    turn()
  }

  /// No triangle is turned over.
  private var isUnfolded: Bool { triangles.allSatisfy { area($0) >= 0 } }

  private func area(_ t: SIMD3<UInt32>) -> Float {
    let (a, b, c) = (places[Int(t.x)], places[Int(t.y)], places[Int(t.z)])
    let (u, v) = (b - a, c - a)
    return u.x * v.y - u.y * v.x
  }

  /// As rigid as possible (Liu, Zhang, Xu, Gotsman, Gortler, "A local/global approach to mesh parameterization", 2008):
  /// each triangle is turned to fit where it lies, then places are averaged, weighted by the cotangents of the angles
  /// across. A few sweeps take most of the shortening away; unlike there, places are relaxed in turn instead of solved for.
  private mutating func relax(_ mesh: Mesh) {
    struct Flat {
      var corners: InlineArray<3, SIMD2<Float>>
      var cotangents: SIMD3<Float>
    }
    let flats = triangles.map { t -> Flat in
      let a = mesh.positions[Int(vertices[Int(t.x)])]
      let b = mesh.positions[Int(vertices[Int(t.y)])]
      let c = mesh.positions[Int(vertices[Int(t.z)])]
      let ab = b - a
      let length = ab.length
      let along = length > 0 ? ab / length : [1, 0, 0]
      let ac = c - a
      let x = ac.dot(along)
      let height = (ac - along * x).length
      let corners: InlineArray<3, SIMD2<Float>> = [[0, 0], [length, 0], [x, height]]
      // Across from each edge that begins at a corner: the angle at the corner before.
      func cotangent(_ at: SIMD2<Float>, _ p: SIMD2<Float>, _ q: SIMD2<Float>) -> Float {
        let (u, v) = (p - at, q - at)
        let cross = abs(u.x * v.y - u.y * v.x)
        return min(max((u * v).sum() / max(cross, 1e-20), 0.02), 20)
      }
      return Flat(
        corners: corners,
        cotangents: [
          cotangent(corners[2], corners[0], corners[1]),
          cotangent(corners[0], corners[1], corners[2]),
          cotangent(corners[1], corners[2], corners[0]),
        ])
    }
    for _ in 0..<24 {
      var sums = [SIMD2<Float>](repeating: .zero, count: places.count)
      var weights = [Float](repeating: 0, count: places.count)
      for (t, flat) in zip(triangles, flats) {
        // The rotation that takes the flat triangle nearest to where it lies.
        var (c, s) = (Float(0), Float(0))
        for edge in 0..<3 {
          let next = edge == 2 ? 0 : edge + 1
          let x = flat.corners[next] - flat.corners[edge]
          let u = places[Int(t[next])] - places[Int(t[edge])]
          c += flat.cotangents[edge] * (x.x * u.x + x.y * u.y)
          s += flat.cotangents[edge] * (x.x * u.y - x.y * u.x)
        }
        let norm = (c * c + s * s).squareRoot()
        (c, s) = norm > 0 ? (c / norm, s / norm) : (1, 0)
        for edge in 0..<3 {
          let next = edge == 2 ? 0 : edge + 1
          let x = flat.corners[next] - flat.corners[edge]
          let turned = SIMD2(c * x.x - s * x.y, s * x.x + c * x.y)
          let weight = flat.cotangents[edge]
          let (from, to) = (Int(t[edge]), Int(t[next]))
          sums[to] += (places[from] + turned) * weight
          weights[to] += weight
          sums[from] += (places[to] - turned) * weight
          weights[from] += weight
        }
      }
      for vertex in places.indices where weights[vertex] > 0 {
        places[vertex] = sums[vertex] / weights[vertex]
      }
    }
  }

  /// To the angle, of sixteen, at which the box about it is smallest; lying, its corner at the origin.
  private mutating func turn() {
    func box(_ angle: Float) -> (low: SIMD2<Float>, high: SIMD2<Float>) {
      let (c, s) = (cos(angle), sin(angle))
      var (low, high) = (SIMD2<Float>(repeating: .infinity), SIMD2<Float>(repeating: -.infinity))
      for p in places {
        let q = SIMD2(c * p.x - s * p.y, s * p.x + c * p.y)
        low = SIMD2(min(low.x, q.x), min(low.y, q.y))
        high = SIMD2(max(high.x, q.x), max(high.y, q.y))
      }
      return (low, high)
    }
    var best = (angle: Float(0), size: Float.infinity)
    for step in 0..<16 {
      let angle = Float(step) * .pi / 32
      let (low, high) = box(angle)
      let size = (high.x - low.x) * (high.y - low.y)
      if size < best.size * 0.999 { best = (angle, size) }
    }
    let first = box(best.angle)
    let lies = first.high.x - first.low.x >= first.high.y - first.low.y
    let angle = best.angle + (lies ? 0 : .pi / 2)
    let low = box(angle).low
    let (c, s) = (cos(angle), sin(angle))
    places = places.map { SIMD2(c * $0.x - s * $0.y, s * $0.x + c * $0.y) - low }
  }

  var size: SIMD2<Float> {
    places.reduce(SIMD2<Float>.zero) { SIMD2(max($0.x, $1.x), max($0.y, $1.y)) }
  }

  /// The same by a right angle.
  var turned: ChartShape {
    var shape = self
    let height = size.y
    shape.places = places.map { SIMD2(height - $0.y, $0.x) }
    return shape
  }

  /// Twice the area as it lies.
  var doubleArea: Float { triangles.reduce(0) { $0 + max(0, area($1)) } }

  /// Whether it lies over itself, looked at with so many pixels a unit.
  func overlaps(density: Float) -> Bool {
    let size = size
    let (w, h) = (Int(size.x * density) + 2, Int(size.y * density) + 2)
    guard w * h < 1 << 26 else { return false }
    var taken = [Bool](repeating: false, count: w * h)
    for triangle in triangles {
      var isTwice = false
      PlaneRaster.forEachPixel(
        places[Int(triangle.x)] * density, places[Int(triangle.y)] * density,
        places[Int(triangle.z)] * density, width: w, height: h
      ) { x, y in
        if taken[y * w + x] { isTwice = true }
        taken[y * w + x] = true
      }
      if isTwice { return true }
    }
    return false
  }
}

/// Triangles in the plane, by the pixel centres they hold.
package enum PlaneRaster {
  /// Each pixel once for triangles that share edges: a centre on an edge belongs to the one below or right of it.
  @inline(__always)
  package static func forEachPixel(
    _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ c: SIMD2<Float>, width: Int, height: Int,
    _ body: (Int, Int) -> Void
  ) {
    let low = SIMD2(min(a.x, b.x, c.x), min(a.y, b.y, c.y))
    let high = SIMD2(max(a.x, b.x, c.x), max(a.y, b.y, c.y))
    let (w, h) = (Float(width), Float(height))
    let (x0, x1) = (Int(max(0, min(low.x - 0.5, w))), Int(max(-1, min(high.x + 0.5, w - 1))))
    let (y0, y1) = (Int(max(0, min(low.y - 0.5, h))), Int(max(-1, min(high.y + 0.5, h - 1))))
    guard x0 <= x1, y0 <= y1 else { return }
    let corners = [SIMD2<Double>(a), SIMD2<Double>(b), SIMD2<Double>(c)]
    let (ab, ac) = (corners[1] - corners[0], corners[2] - corners[0])
    guard ab.x * ac.y - ab.y * ac.x > 0 else { return }
    for y in y0...y1 {
      for x in x0...x1 {
        let p = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
        var isIn = true
        for side in 0..<3 {
          let (from, to) = (corners[side], corners[side == 2 ? 0 : side + 1])
          let (edge, off) = (to - from, p - from)
          let cross = edge.x * off.y - edge.y * off.x
          if cross < 0 || cross == 0 && !(edge.y > 0 || edge.y == 0 && edge.x < 0) { isIn = false }
        }
        if isIn { body(x, y) }
      }
    }
  }
}
