import LinearMath
import Work

extension Lattice {
  /// For each point of the lattice whether a closed soup winds about it at least once.
  ///
  /// Along every line of points in x the triangles that it passes are counted with their direction. A line
  /// through an edge is treated as if it were a hair beside it, the same hair for all triangles and
  /// decided exactly, so that the counts of a closed soup always add up.
  func inside(of soup: Soup, _ work: WorkContext) throws -> [Bool] {
    // changes[i] on a line: by how much the winding number grows, going down, at the points below i.
    let width = counts.x + 1
    var changes = [Int16](repeating: 0, count: width * counts.y * counts.z)
    let low = place(0, 0, 0)
    for (index, t) in soup.triangles.enumerated() {
      if index % 4096 == 0 { try work.checkCancelled() }
      let names = [t.x, t.y, t.z]
      let places = names.map { SIMD3<Double>(soup.positions[Int($0)]) }
      let flat = places.map { SIMD2($0.y, $0.z) }
      let normal = (places[1] - places[0]).cross(places[2] - places[0])
      var (first, last) = (SIMD2<Int>.zero, SIMD2<Int>.zero)
      for axis in 0..<2 {
        let values = flat.map { ($0[axis] - low[axis + 1]) / spacing }
        first[axis] = max(0, Int(values.min()!.rounded(.down)))
        last[axis] = min(counts[axis + 1] - 1, Int(values.max()!.rounded(.up)))
      }
      if first.x > last.x || first.y > last.y { continue }
      for z in first.y...last.y {
        for y in first.x...last.x {
          let line = place(0, y, z)
          let point = SIMD2(line.y, line.z)
          let sides = (0..<3).map { k -> Int in
            let next = (k + 1) % 3
            return names[k] < names[next]
              ? Self.side(flat[k], flat[next], point) : -Self.side(flat[next], flat[k], point)
          }
          guard sides[0] == sides[1], sides[1] == sides[2], normal.x != 0 else { continue }
          let offset = SIMD3(0, point.x - places[0].y, point.y - places[0].z)
          let x = places[0].x - normal.dot(offset) / normal.x
          let below = Int(((x - low.x) / spacing).rounded(.up))
          let cell = (z * counts.y + y) * width + min(max(below, 0), counts.x)
          // Beyond that many copies of one surface, the count stays.
          let (sum, isTooMany) = changes[cell].addingReportingOverflow(Int16(sides[0]))
          if !isTooMany { changes[cell] = sum }
        }
      }
    }
    var result = [Bool](repeating: false, count: pointCount)
    for line in 0..<counts.y * counts.z {
      var winding = 0
      for x in (0..<counts.x).reversed() {
        winding += Int(changes[line * width + x + 1])
        result[line * counts.x + x] = winding >= 1
      }
    }
    return result
  }

  /// On which side of an edge a point is that was moved by a hair, and by much less along the other axis.
  private static func side(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ point: SIMD2<Double>) -> Int {
    let side = planarOrientation(a, b, point)
    if side != 0 { return side }
    let along = b - a
    // Turning left of the edge means growing along (-along.y, along.x).
    return along.y != 0 ? (along.y < 0 ? 1 : -1) : along.x > 0 ? 1 : -1
  }
}
