import LinearMath

/// Cuts flat or nearly flat polygons into triangles.
public enum PolygonTriangulation {
  /// Corner numbers of the triangles of a polygon, in the polygon's own winding. A convex polygon
  /// becomes a fan around its first corner; a concave one of up to `earLimit` corners loses ears one by one
  /// (Meisters, "Polygons have ears", 1975). Above the limit, and where no ear is left, a fan closes it.
  public static func triangles(_ corners: [SIMD3<Float>]) -> [SIMD3<Int>] {
    let count = corners.count
    guard count > 3 else { return count == 3 ? [[0, 1, 2]] : [] }
    let fan = (1..<count - 1).map { SIMD3(0, $0, $0 + 1) }
    let normal = newellNormal(corners)
    guard count <= earLimit, normal != .zero, !isConvex(corners, normal) else { return fan }
    return cutEars(corners, normal)
  }

  private static let earLimit = 200

  /// Twice the area vector of a closed polygon (Newell's method).
  private static func newellNormal(_ corners: [SIMD3<Float>]) -> SIMD3<Double> {
    var sum = SIMD3<Double>.zero
    for index in corners.indices {
      let here = SIMD3<Double>(corners[index] - corners[0])
      let next = SIMD3<Double>(corners[(index + 1) % corners.count] - corners[0])
      sum += here.cross(next)
    }
    return sum
  }

  private static func turn(
    _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, _ normal: SIMD3<Double>
  ) -> Double {
    SIMD3<Double>(b - a).cross(SIMD3<Double>(c - b)).dot(normal)
  }

  private static func isConvex(_ corners: [SIMD3<Float>], _ normal: SIMD3<Double>) -> Bool {
    let count = corners.count
    return corners.indices.allSatisfy {
      turn(corners[$0], corners[($0 + 1) % count], corners[($0 + 2) % count], normal) >= 0
    }
  }

  private static func cutEars(_ corners: [SIMD3<Float>], _ normal: SIMD3<Double>) -> [SIMD3<Int>] {
    var ring = Array(corners.indices)
    var triangles: [SIMD3<Int>] = []
    while ring.count > 3 {
      let count = ring.count
      let ear = ring.indices.first { at in
        let (a, b, c) = (ring[(at + count - 1) % count], ring[at], ring[(at + 1) % count])
        guard turn(corners[a], corners[b], corners[c], normal) > 0 else { return false }
        return !ring.contains { other in
          other != a && other != b && other != c
            && contains(corners[other], corners[a], corners[b], corners[c], normal)
        }
      }
      let at = ear ?? 0
      triangles.append([ring[(at + count - 1) % count], ring[at], ring[(at + 1) % count]])
      ring.remove(at: at)
    }
    triangles.append([ring[0], ring[1], ring[2]])
    return triangles
  }

  private static func contains(
    _ point: SIMD3<Float>, _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>,
    _ normal: SIMD3<Double>
  ) -> Bool {
    turn(a, b, point, normal) >= 0 && turn(b, c, point, normal) >= 0
      && turn(c, a, point, normal) >= 0
  }
}
