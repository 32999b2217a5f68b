import LinearMath
public import Work

extension Mesh {
  /// The triangles that cut or touch another triangle beyond the points and edges they share, decided
  /// exactly; ascending. Points are shared where positions are equal. Triangles without area and
  /// duplicates are left out: they are counted on their own.
  public func selfIntersectingTriangles(_ work: WorkContext = WorkContext()) throws -> [Int] {
    let weld = Weld(positions)
    let points = weld.triangles(of: self)
    let places = weld.vertexOfPoint.map { positions[Int($0)] }
    let whole = points.indices.filter { index in
      let t = points[index]
      let (a, b, c) = (places[Int(t.x)], places[Int(t.y)], places[Int(t.z)])
      return TriangleIntersection.droppableAxis(a, b, c) != nil
    }
    let isCut = try Self.intersecting(
      whole.map { points[$0] }, places,
      BVH(positions: places, triangles: whole.map { points[$0] }, quick: true),
      work)
    return whole.indices.filter { isCut[$0] }.map { whole[$0] }
  }

  /// Which of some triangles over points meet another one. `tree` is over the same triangles; points with
  /// the same name are one, and without names all are different.
  static func intersecting(
    _ triangles: [SIMD3<UInt32>], _ positions: [SIMD3<Float>], names: [UInt32] = [], _ tree: BVH,
    _ work: WorkContext
  ) throws -> [Bool] {
    var isCut = [Bool](repeating: false, count: triangles.count)
    for pair in try intersectingPairs(triangles, positions, names: names, tree, work) {
      (isCut[pair.x], isCut[pair.y]) = (true, true)
    }
    return isCut
  }

  /// The pairs of triangles over points that meet, the smaller number first; ascending.
  ///
  /// - Parameter among: pairs are looked for that have one of these in them; nil for all triangles.
  static func intersectingPairs(
    _ triangles: [SIMD3<UInt32>], _ positions: [SIMD3<Float>], names: [UInt32] = [],
    among chosen: [Bool]? = nil, _ tree: BVH, _ work: WorkContext
  ) throws -> [SIMD2<Int>] {
    @Sendable @inline(__always)
    func named(_ index: Int) -> NamedTriangle {
      let t = triangles[index]
      return NamedTriangle(
        names.isEmpty ? t : SIMD3(names[Int(t.x)], names[Int(t.y)], names[Int(t.z)]),
        positions[Int(t.x)], positions[Int(t.y)], positions[Int(t.z)])
    }
    let chunk = 1024
    let parts = (triangles.count + chunk - 1) / chunk
    let found = try parallelMap(count: parts, work) { part in
      var pairs: [SIMD2<Int>] = []
      for first in part * chunk..<min(triangles.count, (part + 1) * chunk) {
        if let chosen, !chosen[first] { continue }
        let triangle = named(first)
        let plane = triangle.plane
        tree.forEachOverlap(of: triangles[first], positions) { second in
          // A pair of two that are both looked at is found from its first.
          let isMine = second > first || chosen.map { !$0[second] && second != first } ?? false
          if isMine, TriangleIntersection.meet(triangle, named(second), plane) {
            pairs.append(SIMD2(min(first, second), max(first, second)))
          }
        }
      }
      return pairs
    }
    return Array(found.joined())
  }
}
