import LinearMath
package import Work

/// The surface between the points of a lattice that are inside and those that are not.
///
/// Each cube of the lattice is six tetrahedra about its diagonal; in each the surface is one triangle or
/// two (Doi and Koide, "An efficient method of triangulating equi-valued surfaces by using tetrahedral
/// cells", 1991). A piece stays in its tetrahedron and ends on its faces as the neighbour's does: closed,
/// manifold and free of self-intersections by construction. Places on lattice edges are exact in floats.
package struct TetrahedralSurface {
  package private(set) var positions: [SIMD3<Float>] = []
  package private(set) var triangles: [SIMD3<UInt32>] = []

  private let lattice: Lattice
  private let isInside: [Bool]
  /// For the two layers of points at hand, the vertex on each of the seven edges from each point.
  private var layers: [[UInt32]]
  private let share: (SIMD3<Int>, SIMD3<Int>) -> Double

  /// - Parameter share: where the surface cuts an edge between two lattice points, the inside one first,
  ///   as a share of the way.
  package init(
    _ lattice: Lattice, isInside: [Bool], _ work: WorkContext,
    share: @escaping (_ inside: SIMD3<Int>, _ outside: SIMD3<Int>) -> Double
  ) throws {
    self.lattice = lattice
    self.isInside = isInside
    self.share = share
    let empty = [UInt32](repeating: .max, count: 7 * lattice.counts.x * lattice.counts.y)
    layers = [empty, empty]
    for z in 0..<lattice.counts.z - 1 {
      try work.checkCancelled()
      for y in 0..<lattice.counts.y - 1 {
        for x in 0..<lattice.counts.x - 1 { addCube(x, y, z) }
      }
      layers[z % 2] = empty
    }
  }

  /// The tetrahedra of a cube, by corner numbers with a bit an axis, each right-handed.
  private static let tetrahedra: [(Int, Int, Int, Int)] = [
    (0, 1, 3, 7), (0, 5, 1, 7), (0, 3, 2, 7), (0, 2, 6, 7), (0, 4, 5, 7), (0, 6, 4, 7),
  ]

  private mutating func addCube(_ x: Int, _ y: Int, _ z: Int) {
    var signs = 0
    for corner in 0..<8 {
      let index = lattice.index(x + corner & 1, y + corner >> 1 & 1, z + corner >> 2)
      if isInside[index] { signs |= 1 << corner }
    }
    if signs == 0 || signs == 255 { return }
    let base = SIMD3(x, y, z)
    for (a, b, c, d) in Self.tetrahedra {
      addTetrahedron(base, signs, a, b, c, d)
    }
  }

  private mutating func addTetrahedron(
    _ base: SIMD3<Int>, _ signs: Int, _ a: Int, _ b: Int, _ c: Int, _ d: Int
  ) {
    func isIn(_ corner: Int) -> Bool { signs >> corner & 1 == 1 }
    let pattern =
      (isIn(a) ? 1 : 0) | (isIn(b) ? 2 : 0) | (isIn(c) ? 4 : 0) | (isIn(d) ? 8 : 0)
    // Even permutations that bring the corners alone on their side, or the two inside, to the front.
    switch pattern {
    case 0, 15: return
    case 1: addTriangle(base, signs, (a, b), (a, c), (a, d))
    case 14: addTriangle(base, signs, (a, b), (a, d), (a, c))
    case 2: addTriangle(base, signs, (b, a), (b, d), (b, c))
    case 13: addTriangle(base, signs, (b, a), (b, c), (b, d))
    case 4: addTriangle(base, signs, (c, a), (c, b), (c, d))
    case 11: addTriangle(base, signs, (c, a), (c, d), (c, b))
    case 8: addTriangle(base, signs, (d, a), (d, c), (d, b))
    case 7: addTriangle(base, signs, (d, a), (d, b), (d, c))
    case 3: addQuadrilateral(base, signs, a, b, c, d)
    case 12: addQuadrilateral(base, signs, c, d, a, b)
    case 5: addQuadrilateral(base, signs, a, c, d, b)
    case 10: addQuadrilateral(base, signs, d, b, a, c)
    case 9: addQuadrilateral(base, signs, a, d, b, c)
    default: addQuadrilateral(base, signs, b, c, a, d)
    }
  }

  private mutating func addTriangle(
    _ base: SIMD3<Int>, _ signs: Int, _ p: (Int, Int), _ q: (Int, Int), _ r: (Int, Int)
  ) {
    triangles.append(
      SIMD3(vertex(base, signs, p), vertex(base, signs, q), vertex(base, signs, r)))
  }

  /// Of a right-handed tetrahedron of which the first two corners are inside.
  private mutating func addQuadrilateral(
    _ base: SIMD3<Int>, _ signs: Int, _ a: Int, _ b: Int, _ c: Int, _ d: Int
  ) {
    let (ac, bc) = (vertex(base, signs, (a, c)), vertex(base, signs, (b, c)))
    let (bd, ad) = (vertex(base, signs, (b, d)), vertex(base, signs, (a, d)))
    triangles.append(SIMD3(ac, ad, bd))
    triangles.append(SIMD3(ac, bd, bc))
  }

  private mutating func vertex(_ base: SIMD3<Int>, _ signs: Int, _ edge: (Int, Int)) -> UInt32 {
    let (low, high) = (min(edge.0, edge.1), max(edge.0, edge.1))
    func offset(_ corner: Int) -> SIMD3<Int> { SIMD3(corner & 1, corner >> 1 & 1, corner >> 2) }
    let point = base &+ offset(low)
    let slot = 7 * (point.y * lattice.counts.x + point.x) + (low ^ high) - 1
    if layers[point.z % 2][slot] != .max { return layers[point.z % 2][slot] }
    let along = offset(low ^ high)
    let isLowInside = signs >> low & 1 == 1
    let part =
      isLowInside ? share(point, point &+ along) : 1 - share(point &+ along, point)
    let vertex = UInt32(positions.count)
    positions.append(lattice.place(from: point, along: along, share: part))
    layers[point.z % 2][slot] = vertex
    return vertex
  }
}
