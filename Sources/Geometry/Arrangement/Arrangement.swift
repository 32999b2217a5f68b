import LinearMath
import Work

// Triangles that cut one another become triangles that meet in common points and edges only.
//
// Whether two triangles meet is decided exactly; the points that a cut needs are rounded to a grid of
// floats, and since rounding can make new cuts, the same is done again until none is left (Lazard and
// Valque, "Removing self-intersections in triangle meshes", 2024: iterated snap rounding, the grid getting
// coarser). Cutting and rounding never tear: each triangle is replaced by a chain with the same rim, so
// that a closed surface stays closed, whatever the rounding.

extension Soup {
  /// The soup with its triangles cut where they meet others; a triangle that meets no other stays as it
  /// is. Nil where rounding makes new cuts without end.
  func arranged(_ work: WorkContext) throws -> Soup? {
    var soup = self
    var isNew = [Bool](repeating: true, count: triangles.count)
    let box = bounds
    var limit = Int.max
    for pass in 0..<16 {
      try work.checkCancelled()
      let grid = Grid(box, bits: pass < 2 ? 24 : pass < 6 ? 23 : max(16, 28 - pass))
      var found = try soup.conflicts(isNew, work)
      if found.isEmpty { return soup }
      // Rounding that makes more and more to cut will not come to an end.
      if pass > 1, soup.triangles.count > 8 * triangles.count + 20_000 || found.pairs.count > limit
      {
        return nil
      }
      limit = pass < 2 ? limit : max(4000, 4 * found.pairs.count)
      if try soup.drawTogether(found, grid, roundsAll: pass >= 8, &isNew) {
        found = try soup.conflicts(isNew, work)
      }
      soup.setSliversAside(&found, grid)
      soup.cut(found, grid, &isNew)
    }
    return nil
  }

  /// What is not yet as it should be.
  private struct Conflicts {
    var pairs: [SIMD2<Int>] = []
    var degenerate: [Int] = []
    var isEmpty: Bool { pairs.isEmpty && degenerate.isEmpty }
  }

  /// The pairs that meet, of which one is new, and the new triangles without area.
  private func conflicts(_ isNew: [Bool], _ work: WorkContext) throws -> Conflicts {
    var result = Conflicts()
    var whole: [Int] = []
    whole.reserveCapacity(triangles.count)
    for triangle in triangles.indices {
      if isNew[triangle], isDegenerate(triangle) {
        result.degenerate.append(triangle)
      } else {
        whole.append(triangle)
      }
    }
    let corners = whole.map { triangles[$0] }
    let tree = BVH(positions: positions, triangles: corners, quick: true)
    result.pairs = try Mesh.intersectingPairs(
      corners, positions, among: whole.map { isNew[$0] }, tree, work
    ).map { SIMD2(whole[$0.x], whole[$0.y]) }
    return result
  }

  /// Makes one of corners of triangles in conflict that are nearer than the tolerance; later also rounds
  /// all of them.
  ///
  /// - Returns: whether anything moved.
  private mutating func drawTogether(
    _ found: Conflicts, _ grid: Grid, roundsAll: Bool, _ isNew: inout [Bool]
  ) throws -> Bool {
    var isIn = [Bool](repeating: false, count: positions.count)
    for triangle in found.pairs.flatMap({ [$0.x, $0.y] }) + found.degenerate {
      for corner in 0..<3 { isIn[Int(triangles[triangle][corner])] = true }
    }
    var isMoved = [Bool](repeating: false, count: positions.count)
    var buckets: [SIMD3<Int>: [Int]] = [:]
    for point in positions.indices where isIn[point] {
      if roundsAll {
        let rounded = grid.rounded(SIMD3(positions[point]))
        isMoved[point] = rounded != positions[point]
        positions[point] = rounded
      }
      let place = SIMD3<Double>(positions[point])
      let home = SIMD3<Int>(
        (place / (grid.tolerance * 1.5)).rounded(.down), rounding: .towardZero)
      var target: Int?
      search: for x in -1...1 {
        for y in -1...1 {
          for z in -1...1 {
            for other in buckets[home &+ SIMD3(x, y, z)] ?? []
            where (SIMD3<Double>(positions[other]) - place).length <= grid.tolerance {
              target = other
              break search
            }
          }
        }
      }
      if let target {
        positions[point] = positions[target]
        isMoved[point] = true
      } else {
        buckets[home, default: []].append(point)
      }
    }
    guard isMoved.contains(true) else { return false }
    for triangle in triangles.indices {
      let t = triangles[triangle]
      if isMoved[Int(t.x)] || isMoved[Int(t.y)] || isMoved[Int(t.z)] { isNew[triangle] = true }
    }
    weld()
    dropCollapsed(&isNew)
    return true
  }

  /// Leaves out triangles with two corners at one point.
  private mutating func dropCollapsed(_ isNew: inout [Bool]) {
    let isWhole = triangles.map { $0.x != $0.y && $0.y != $0.z && $0.z != $0.x }
    if isWhole.allSatisfy({ $0 }) { return }
    isNew = isNew.indices.filter { isWhole[$0] }.map { isNew[$0] }
    keep { isWhole[$0] }
  }

  /// Treats triangles in conflict that are hardly higher than the tolerance as if they had no area: they
  /// have no plane to speak of.
  private func setSliversAside(_ found: inout Conflicts, _ grid: Grid) {
    let involved = Set(found.pairs.flatMap { [$0.x, $0.y] })
    let slivers = involved.filter { triangle in
      let (a, b, c) = corners(triangle)
      let longest = max((b - a).length, (c - b).length, (a - c).length)
      return areaNormal(triangle).length <= grid.tolerance * Double(longest)
    }
    if slivers.isEmpty { return }
    found.pairs.removeAll { slivers.contains($0.x) || slivers.contains($0.y) }
    found.degenerate += slivers.sorted()
  }

  /// Makes one of points at one place.
  mutating func weld() {
    let weld = Weld(positions)
    if weld.vertexOfPoint.count == positions.count { return }
    positions = weld.vertexOfPoint.map { positions[Int($0)] }
    triangles = triangles.map {
      SIMD3(
        weld.pointOfVertex[Int($0.x)], weld.pointOfVertex[Int($0.y)],
        weld.pointOfVertex[Int($0.z)])
    }
  }

  /// Cuts what is in conflict.
  private mutating func cut(_ found: Conflicts, _ grid: Grid, _ isNew: inout [Bool]) {
    var finder = CutFinder(self, grid: grid)
    let involved = Set(found.pairs.flatMap { [$0.x, $0.y] }).sorted()
    for triangle in involved { finder.know(triangle) }
    forEachNearPair(involved, grid) { finder.add($0, $1) }
    for triangle in found.degenerate { finder.addDegenerate(triangle) }
    let sides = CutSides(finder)
    // What the tolerance did not see stays in question.
    let inQuestion = Set(involved + found.degenerate)
    var result = Soup(positions: [], triangles: [], sources: [])
    var isResultNew: [Bool] = []
    result.triangles.reserveCapacity(triangles.count + 4 * finder.cuts.count)
    for (index, triangle) in triangles.enumerated() {
      let pieces =
        finder.cuts[index] == nil && !sides.touch(triangle)
        ? [] : Self.pieces(index, triangle, &finder, sides)
      for piece in pieces.isEmpty ? [triangle] : pieces {
        result.triangles.append(piece)
        result.sources.append(sources[index])
        if !operands.isEmpty { result.operands.append(operands[index]) }
        isResultNew.append(!pieces.isEmpty || inQuestion.contains(index))
      }
    }
    result.positions = finder.positions
    result.weld()
    isNew = isResultNew
    // Rounding may have drawn corners together.
    result.dropCollapsed(&isNew)
    self = result
  }

  /// Calls `body` with the pairs among some triangles whose boxes come as near as the tolerance. What only
  /// nearly meets is cut too where it is in conflict anyway: rounding would make it meet.
  private func forEachNearPair(_ chosen: [Int], _ grid: Grid, _ body: (Int, Int) -> Void) {
    let corners = chosen.map { triangles[$0] }
    let tree = BVH(positions: positions, triangles: corners, quick: true)
    let reach = Float(grid.tolerance)
    for (index, triangle) in corners.enumerated() {
      let box = Box([triangle.x, triangle.y, triangle.z].map { positions[Int($0)] })
      let wide = Box(minimum: box.minimum - reach, maximum: box.maximum + reach)
      var others: [Int] = []
      tree.forEachOverlap(of: wide) { if $0 > index { others.append($0) } }
      for other in others.sorted() { body(chosen[index], chosen[other]) }
    }
  }

  /// The triangles that one is cut into.
  private static func pieces(
    _ index: Int, _ triangle: SIMD3<UInt32>, _ finder: inout CutFinder, _ sides: CutSides
  ) -> [SIMD3<UInt32>] {
    let cuts = finder.cuts[index] ?? TriangleCuts()
    var plan = PlanarTriangulation()
    var ids = [triangle.x, triangle.y, triangle.z]
    var nodes: [UInt32: Int32] = [triangle.x: 0, triangle.y: 1, triangle.z: 2]
    for side in 0..<3 {
      for (point, share) in sides.points(from: triangle[side], to: triangle[(side + 1) % 3]) {
        let place: SIMD2<Double> =
          side == 0 ? [share, 0] : side == 1 ? [1 - share, share] : [0, 1 - share]
        guard let node = plan.append(onSide: side, place) else { continue }
        ids.append(point)
        if nodes[point] == nil { nodes[point] = node }
      }
    }
    let frame = Frame(triangle, finder.positions)
    for point in cuts.points where nodes[point] == nil && frame.hasArea {
      let node = plan.insert(frame.place(of: finder.positions[Int(point)]))
      if Int(node) == ids.count { ids.append(point) }
      nodes[point] = node
    }
    func node(_ point: UInt32) -> Int32 {
      if let known = nodes[point] { return known }
      let node = plan.insert(frame.place(of: finder.positions[Int(point)]))
      if Int(node) == ids.count { ids.append(point) }
      nodes[point] = node
      return node
    }
    // All points first: a segment goes through those that it comes near to.
    let chains = cuts.segments.map { segment in
      sides.chain(segment)
    }
    for chain in chains where frame.hasArea { for point in chain { _ = node(point) } }
    let known = nodes.keys.sorted()
    for (segment, chain) in zip(cuts.segments, chains) where frame.hasArea {
      for (from, to) in zip(chain, chain.dropFirst()) {
        let through = finder.points(known, near: from, to)
        for (a, b) in zip(through, through.dropFirst()) {
          plan.connect(node(a), node(b), label: Int32(segment.by)) { labels, place in
            ids.append(
              finder.point(
                of: index, Int(labels.0), Int(labels.1), near: frame.place(at: place)))
          }
        }
      }
    }
    if plan.corners.count == 1 { return [] }
    let positions = finder.positions
    plan.improve { frame.plane(positions[Int(ids[Int($0)])]) }
    return plan.corners.map { SIMD3(ids[Int($0.x)], ids[Int($0.y)], ids[Int($0.z)]) }
  }
}

/// A triangle's plane, as the triangulation's corner (0 0) (1 0) (0 1) and as lengths.
private struct Frame {
  private let origin: SIMD3<Double>
  private let u: SIMD3<Double>
  private let v: SIMD3<Double>
  private let normal: SIMD3<Double>

  init(_ triangle: SIMD3<UInt32>, _ positions: [SIMD3<Float>]) {
    origin = SIMD3(positions[Int(triangle.x)])
    u = SIMD3<Double>(positions[Int(triangle.y)]) - origin
    v = SIMD3<Double>(positions[Int(triangle.z)]) - origin
    normal = u.cross(v)
  }

  var hasArea: Bool { normal.lengthSquared > 0 }

  /// Strictly inside the corner, whatever rounding says.
  func place(of point: SIMD3<Float>) -> SIMD2<Double> {
    let offset = SIMD3<Double>(point) - origin
    let square = normal.lengthSquared
    let least = 0x1p-36
    var place = SIMD2(offset.cross(v).dot(normal), u.cross(offset).dot(normal)) / square
    place = SIMD2(max(place.x, least), max(place.y, least))
    let sum = place.x + place.y
    if sum > 1 - least { place *= (1 - least) / sum }
    return PlanarTriangulation.rounded(place)
  }

  func place(at place: SIMD2<Double>) -> SIMD3<Double> { origin + u * place.x + v * place.y }

  /// Coordinates in the plane, in units of length.
  func plane(_ point: SIMD3<Float>) -> SIMD2<Double> {
    let offset = SIMD3<Double>(point) - origin
    let first = u.normalized
    return SIMD2(offset.dot(first), offset.dot(normal.normalized.cross(first)))
  }
}

/// The points on cut edges, in order.
private struct CutSides {
  private var pointsOnEdge: [UInt64: [(point: UInt32, share: Double)]] = [:]
  private var isEnd: [Bool]

  init(_ finder: CutFinder) {
    isEnd = [Bool](repeating: false, count: finder.positions.count)
    for (edge, points) in finder.pointsOnEdge {
      let (low, high) = (Int(edge >> 32), Int(edge & 0xFFFF_FFFF))
      (isEnd[low], isEnd[high]) = (true, true)
      let from = SIMD3<Double>(finder.positions[low])
      let along = SIMD3<Double>(finder.positions[high]) - from
      let shares = points.map { point in
        (
          point,
          (SIMD3<Double>(finder.positions[Int(point)]) - from).dot(along) / along.lengthSquared
        )
      }
      pointsOnEdge[edge] = Self.spaced(
        shares.sorted { $0.1 != $1.1 ? $0.1 < $1.1 : $0.0 < $1.0 })
    }
  }

  /// Shares that grow strictly, strictly between 0 and 1, and so short that one minus them is exact.
  private static func spaced(_ shares: [(UInt32, Double)]) -> [(point: UInt32, share: Double)] {
    let step = 0x1p-40
    var result = shares.map { (point: $0.0, share: ($0.1 / step).rounded() * step) }
    var least = step
    for index in result.indices {
      result[index].share = max(result[index].share, least)
      least = result[index].share + step
    }
    var most = 1 - step
    for index in result.indices.reversed() {
      result[index].share = min(result[index].share, most)
      most = result[index].share - step
    }
    return result
  }

  /// Whether any side of a triangle may have points on it.
  func touch(_ triangle: SIMD3<UInt32>) -> Bool {
    let (a, b, c) = (isEnd[Int(triangle.x)], isEnd[Int(triangle.y)], isEnd[Int(triangle.z)])
    if !(a && b || b && c || c && a) { return false }
    return (0..<3).contains {
      pointsOnEdge[CutFinder.edge(triangle[$0], triangle[($0 + 1) % 3])] != nil
    }
  }

  /// The points along a segment, ends included: those of the edge that it is part of.
  func chain(_ segment: TriangleCuts.Segment) -> [UInt32] {
    guard segment.along != 0, let points = pointsOnEdge[segment.along] else {
      return [segment.from, segment.to]
    }
    let (low, high) = (UInt32(segment.along >> 32), UInt32(segment.along & 0xFFFF_FFFF))
    let all = [low] + points.map(\.point) + [high]
    guard let first = all.firstIndex(of: segment.from), let last = all.firstIndex(of: segment.to)
    else { return [segment.from, segment.to] }
    return first < last ? Array(all[first...last]) : all[last...first].reversed()
  }

  /// The points from one end of an edge to the other, with their share of the way.
  func points(from: UInt32, to: UInt32) -> [(point: UInt32, share: Double)] {
    guard let points = pointsOnEdge[CutFinder.edge(from, to)] else { return [] }
    return from < to ? points : points.reversed().map { ($0.point, 1 - $0.share) }
  }
}
