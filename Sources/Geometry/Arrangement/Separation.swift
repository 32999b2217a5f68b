import Foundation
import LinearMath
import Work

// Solids that touch one another, or themselves, in edges or points only come apart by a hair: each fan of
// triangles about such a point gets a point of its own, a little inside its solid. A printer cannot make
// such a contact, and files that name points by place cannot tell it from a defect.

extension Soup {
  /// Moves apart what touches in edges and points. The soup must be the surface of a solid, free of
  /// self-intersections, with as many triangles one way as the other about each edge.
  ///
  /// - Returns: how many points were moved; nil where there was no room to move one.
  mutating func separateContacts(_ work: WorkContext) throws -> Int? {
    var fans = ContactFans(self)
    if fans.contacts.isEmpty { return 0 }
    let known = positions.count
    while fans.splitEdges(&self) { fans = ContactFans(self) }
    let copies = fans.middles(known..<positions.count, self) + fans.copyPoints(&self)
    // What has a name of its own no longer counts as touching.
    var names = (0..<UInt32(positions.count)).map { $0 }
    for copy in copies { names[Int(copy.point)] = copy.original }
    let diagonal = bounds.diagonal
    let tree = BVH(positions: positions, triangles: triangles, quick: true)
    let mover = ContactMover(tree: tree, reach: diagonal * 2e-4)
    var fresh = UInt32(positions.count)
    for copy in copies {
      try work.checkCancelled()
      fresh += 1
      if mover.move(copy, &self, &names, name: copy.point) { continue }
      // What stays put is as good a thing to move.
      let rest = triangles.indices.filter {
        let t = triangles[$0]
        return t.x == copy.original || t.y == copy.original || t.z == copy.original
      }
      let other = ContactCopy(point: copy.original, original: copy.original, fan: rest)
      if rest.isEmpty || !mover.move(other, &self, &names, name: fresh) { return nil }
    }
    dropCrumbs(with: copies.map(\.point), under: pow(Double(diagonal) * 1e-4, 3))
    return copies.count
  }

  /// Leaves out what came off as a part by itself with next to no volume: parting may have turned it
  /// inside out.
  private mutating func dropCrumbs(with points: [UInt32], under least: Double) {
    var sets = UnionFind(count: positions.count)
    for t in triangles {
      sets.unite(Int(t.x), Int(t.y))
      sets.unite(Int(t.y), Int(t.z))
    }
    var volumes: [Int: Double] = [:]
    for point in points { volumes[sets.find(Int(point))] = 0 }
    var origins: [Int: SIMD3<Double>] = [:]
    for (index, t) in triangles.enumerated() {
      let part = sets.find(Int(t.x))
      guard let volume = volumes[part] else { continue }
      let corner = SIMD3<Double>(corners(index).0)
      let origin = origins[part] ?? corner
      origins[part] = origin
      volumes[part] = volume + (corner - origin).dot(areaNormal(index)) / 6
    }
    let isKept = triangles.map { t in
      guard let volume = volumes[sets.find(Int(t.x))] else { return true }
      return abs(volume) >= least
    }
    keep { isKept[$0] }
  }
}

/// A point that is to come apart from another.
private struct ContactCopy {
  let point: UInt32
  let original: UInt32
  /// The triangles about it.
  let fan: [Int]
}

/// How the triangles about edges and points belong together.
private struct ContactFans {
  private var corners: UnionFind
  /// Edges with more than two triangles, as pairs of half-edges that bound one wedge of the solid.
  private(set) var pairs: [[(Int, Int)]] = []
  /// Points with more than one fan, or on edges with more than two triangles.
  private(set) var contacts: Set<UInt32> = []

  init(_ soup: Soup) {
    corners = UnionFind(count: 3 * soup.triangles.count)
    let edges = EdgeTable(soup.triangles)
    for edge in 0..<edges.count {
      let halfedges = edges[edge].map { Int($0) }
      let matched =
        halfedges.count == 2 ? [(halfedges[0], halfedges[1])] : Self.wedges(halfedges, soup)
      for (a, b) in matched { unite(a, b, soup) }
      if halfedges.count > 2 {
        pairs.append(matched)
        let t = soup.triangles[halfedges[0] / 3]
        contacts.insert(t[halfedges[0] % 3])
        contacts.insert(t[(halfedges[0] % 3 + 1) % 3])
      }
    }
    var fanOf = [UInt32](repeating: .max, count: soup.positions.count)
    for corner in 0..<3 * soup.triangles.count {
      let point = soup.triangles[corner / 3][corner % 3]
      let fan = UInt32(corners.find(corner))
      if fanOf[Int(point)] == .max { fanOf[Int(point)] = fan }
      if fanOf[Int(point)] != fan { contacts.insert(point) }
    }
  }

  private mutating func unite(_ a: Int, _ b: Int, _ soup: Soup) {
    let (s, t) = (soup.triangles[a / 3], soup.triangles[b / 3])
    for i in 0..<3 {
      for j in 0..<3 where s[i] == t[j] && (i == a % 3 || i == (a % 3 + 1) % 3) {
        corners.unite(3 * (a / 3) + i, 3 * (b / 3) + j)
      }
    }
  }

  /// The half-edges about an edge in pairs that have a wedge of the solid between them.
  private static func wedges(_ halfedges: [Int], _ soup: Soup) -> [(Int, Int)] {
    let first = soup.triangles[halfedges[0] / 3]
    let (u, v) = (first[halfedges[0] % 3], first[(halfedges[0] % 3 + 1) % 3])
    var fan = halfedges.map { halfedge in
      let t = soup.triangles[halfedge / 3]
      return EdgeWing(
        item: halfedge, apex: t[(halfedge % 3 + 2) % 3], runsAlong: t[halfedge % 3] == u)
    }
    EdgeWing.sort(&fan, u, v, soup.positions)
    // Against the edge a triangle's back looks along the growing angle: there the solid is.
    var result: [(Int, Int)] = []
    for index in fan.indices where !fan[index].runsAlong {
      result.append((fan[index].item, fan[(index + 1) % fan.count].item))
    }
    return result
  }

  /// Gives an edge that stays one although its triangles part, because its ends have one fan each, a
  /// point in its middle for all pairs but the first. To be repeated until nothing changes: a triangle
  /// is split once at a time.
  mutating func splitEdges(_ soup: inout Soup) -> Bool {
    var split: Set<Int> = []
    for matched in pairs {
      var known: Set<SIMD2<Int>> = []
      for (a, b) in matched {
        let from = corners.find(a)
        let to = corners.find(3 * (a / 3) + (a % 3 + 1) % 3)
        if known.insert(SIMD2(min(from, to), max(from, to))).inserted { continue }
        if split.contains(a / 3) || split.contains(b / 3) { continue }
        split.formUnion([a / 3, b / 3])
        let t = soup.triangles[a / 3]
        let (u, v) = (t[a % 3], t[(a % 3 + 1) % 3])
        let middle = UInt32(soup.positions.count)
        soup.positions.append((soup.positions[Int(u)] + soup.positions[Int(v)]) / 2)
        for halfedge in [a, b] {
          let (triangle, c) = (halfedge / 3, halfedge % 3)
          var (near, far) = (soup.triangles[triangle], soup.triangles[triangle])
          near[(c + 1) % 3] = middle
          far[c] = middle
          soup.triangles[triangle] = near
          soup.append(far, source: soup.sources[triangle])
        }
      }
    }
    return !split.isEmpty
  }

  /// The points in the middles of edges, which still lie on other edges.
  func middles(_ points: Range<Int>, _ soup: Soup) -> [ContactCopy] {
    var fans = [[Int]](repeating: [], count: points.count)
    if points.isEmpty { return [] }
    for (index, triangle) in soup.triangles.enumerated() {
      for corner in 0..<3 where points.contains(Int(triangle[corner])) {
        fans[Int(triangle[corner]) - points.lowerBound].append(index)
      }
    }
    return fans.enumerated().map {
      let point = UInt32(points.lowerBound + $0.offset)
      return ContactCopy(point: point, original: point, fan: $0.element)
    }
  }

  /// Gives each fan but the largest of each point a point of its own.
  mutating func copyPoints(_ soup: inout Soup) -> [ContactCopy] {
    var fans: [UInt32: [Int: [Int]]] = [:]
    for corner in 0..<3 * soup.triangles.count {
      let point = soup.triangles[corner / 3][corner % 3]
      guard contacts.contains(point) else { continue }
      fans[point, default: [:]][corners.find(corner), default: []].append(corner)
    }
    var copies: [ContactCopy] = []
    for point in fans.keys.sorted() where fans[point]!.count > 1 {
      let sorted = fans[point]!.sorted {
        $0.value.count != $1.value.count ? $0.value.count > $1.value.count : $0.key < $1.key
      }
      for (_, corners) in sorted.dropFirst() {
        let copy = UInt32(soup.positions.count)
        soup.positions.append(soup.positions[Int(point)])
        for corner in corners { soup.triangles[corner / 3][corner % 3] = copy }
        copies.append(ContactCopy(point: copy, original: point, fan: corners.map { $0 / 3 }))
      }
    }
    return copies
  }
}

/// Moves points by a hair where that makes no triangle meet another.
private struct ContactMover {
  let tree: BVH
  /// How far anything may have moved since the tree was built.
  let reach: Float

  func move(
    _ copy: ContactCopy, _ soup: inout Soup, _ names: inout [UInt32], name: UInt32
  ) -> Bool {
    let point = Int(copy.point)
    let (start, oldName) = (soup.positions[point], names[point])
    names[point] = name
    let directions = directions(copy, soup)
    // Floats near the point lie this far apart.
    let least = max(abs(start.x), abs(start.y), abs(start.z)).ulp * 2
    for scale: Float in [1, 0.25, 4, 0.0625, 16, 0.015625] {
      let step = max(reach * 0.05 * scale, least)
      for direction in directions {
        soup.positions[point] = start + SIMD3<Float>(direction) * step
        if soup.positions[point] != start, isFree(copy, soup, names) { return true }
      }
    }
    soup.positions[point] = start
    names[point] = oldName
    return false
  }

  /// Where a point may go, the likeliest first: against the normals, towards the middle of its neighbours
  /// and of each triangle, and off at random.
  private func directions(_ copy: ContactCopy, _ soup: Soup) -> [SIMD3<Double>] {
    let start = SIMD3<Double>(soup.positions[Int(copy.point)])
    var inward = SIMD3<Double>.zero
    var middles: [SIMD3<Double>] = []
    for triangle in copy.fan {
      inward -= soup.areaNormal(triangle).normalized
      let (a, b, c) = soup.corners(triangle)
      middles.append(
        ((SIMD3<Double>(a) + SIMD3<Double>(b) + SIMD3<Double>(c)) / 3 - start).normalized)
    }
    inward = inward.normalized
    let middle = middles.reduce(.zero, +).normalized
    var result = [inward, middle, (inward + middle).normalized]
    result += middles.map { ($0 + inward * 0.1).normalized }
    var generator = SeededGenerator(seed: UInt64(copy.point))
    for _ in 0..<12 {
      result.append((inward + SIMD3<Double>(generator.direction()) * 0.8).normalized)
    }
    return result
  }

  private func isFree(_ copy: ContactCopy, _ soup: Soup, _ names: [UInt32]) -> Bool {
    func named(_ triangle: Int) -> NamedTriangle {
      let t = soup.triangles[triangle]
      let (a, b, c) = soup.corners(triangle)
      return NamedTriangle(SIMD3(names[Int(t.x)], names[Int(t.y)], names[Int(t.z)]), a, b, c)
    }
    for index in copy.fan {
      let triangle = named(index)
      let plane = triangle.plane
      if plane.isDegenerate { return false }
      var box = Box([triangle.corners.0, triangle.corners.1, triangle.corners.2])
      box = Box(minimum: box.minimum - reach, maximum: box.maximum + reach)
      var isMet = false
      tree.forEachOverlap(of: box) { other in
        if isMet || other == index { return }
        isMet = TriangleIntersection.meet(triangle, named(other), plane)
      }
      if isMet { return false }
    }
    return true
  }
}
