public import LinearMath

/// What a mesh is, counted on exactly welded points.
public struct MeshReport: Sendable, Equatable {
  public internal(set) var vertices = 0
  public internal(set) var triangles = 0
  /// Sets of triangles connected through points.
  public internal(set) var components = 0
  /// Edges with one triangle.
  public internal(set) var boundaryEdges = 0
  /// Edges with three or more triangles.
  public internal(set) var nonManifoldEdges = 0
  /// Points whose triangles form more than one fan.
  public internal(set) var nonManifoldVertices = 0
  /// Edges whose two triangles run along it in the same direction.
  public internal(set) var misorientedEdges = 0
  /// Triangles without area: two corners are one point, or all three lie on a line.
  public internal(set) var degenerateTriangles = 0
  /// Triangles over the same three points as an earlier one.
  public internal(set) var duplicateTriangles = 0
  /// Enclosed volume in cubic units of the mesh; means something where the mesh is watertight.
  public internal(set) var volume = 0.0
  /// Surface area in square units of the mesh.
  public internal(set) var area = 0.0
  /// Handles summed over the components; nil unless the mesh is watertight, manifold and oriented.
  public internal(set) var genus: Int?
  public internal(set) var bounds = Box()

  /// Every edge has exactly two triangles.
  public var isWatertight: Bool {
    components > 0 && boundaryEdges == 0 && nonManifoldEdges == 0
  }

  /// Every edge has one or two triangles and every point one fan.
  public var isManifold: Bool { nonManifoldEdges == 0 && nonManifoldVertices == 0 }

  /// Neighbouring triangles agree on which side is outside.
  public var isOriented: Bool { misorientedEdges == 0 }
}

extension Mesh {
  /// Counts and measures; linear in the triangles but for one sort of the edges.
  public func report() -> MeshReport {
    var report = MeshReport()
    report.vertices = positions.count
    report.triangles = triangles.count
    report.bounds = bounds
    measure(&report)

    let weld = Weld(positions)
    let whole = weld.triangles(of: self).filter { $0.x != $0.y && $0.y != $0.z && $0.z != $0.x }
    report.duplicateTriangles = Self.countDuplicates(whole)
    let edges = EdgeTable(whole)
    countEdges(edges, whole, &report)
    let used = Set(whole.flatMap { [$0.x, $0.y, $0.z] })
    report.components = Self.countComponents(whole, points: weld.vertexOfPoint.count, used: used)
    report.nonManifoldVertices = Self.countSplitFans(whole, edges, used: used)
    if report.isWatertight && report.isManifold && report.isOriented {
      let euler = used.count - edges.count + whole.count
      report.genus = report.components - euler / 2
    }
    return report
  }

  /// Volume by the divergence theorem around the box's centre, area, and triangles without area.
  private func measure(_ report: inout MeshReport) {
    let origin = SIMD3<Double>(report.bounds.isEmpty ? .zero : report.bounds.center)
    for triangle in triangles.indices {
      let (a, b, c) = corners(triangle)
      let normal = areaNormal(triangle)
      let length = normal.length
      if length == 0 || a == b || b == c || c == a { report.degenerateTriangles += 1 }
      report.area += length / 2
      report.volume += (SIMD3<Double>(a) - origin).dot(normal) / 6
    }
  }

  private func countEdges(
    _ edges: EdgeTable, _ points: [SIMD3<UInt32>], _ report: inout MeshReport
  ) {
    for edge in 0..<edges.count {
      let halfedges = edges[edge]
      switch halfedges.count {
      case 1: report.boundaryEdges += 1
      case 2:
        let starts = halfedges.map { points[Int($0) / 3][Int($0) % 3] }
        if starts[0] == starts[1] { report.misorientedEdges += 1 }
      default: report.nonManifoldEdges += 1
      }
    }
  }

  private static func countDuplicates(_ triangles: [SIMD3<UInt32>]) -> Int {
    var seen = Set<SIMD3<UInt32>>(minimumCapacity: triangles.count)
    var duplicates = 0
    for triangle in triangles {
      if !seen.insert(triangle.risingPoints).inserted { duplicates += 1 }
    }
    return duplicates
  }

  private static func countComponents(
    _ triangles: [SIMD3<UInt32>], points: Int, used: Set<UInt32>
  ) -> Int {
    var sets = UnionFind(count: points)
    for triangle in triangles {
      sets.unite(Int(triangle.x), Int(triangle.y))
      sets.unite(Int(triangle.y), Int(triangle.z))
    }
    return used.count { sets.find(Int($0)) == Int($0) }
  }

  /// Corners of one point that are reachable from each other over edges form a fan.
  private static func countSplitFans(
    _ triangles: [SIMD3<UInt32>], _ edges: EdgeTable, used: Set<UInt32>
  ) -> Int {
    var corners = UnionFind(count: 3 * triangles.count)
    func corner(of point: UInt32, in triangle: Int) -> Int {
      let index = triangles[triangle]
      return 3 * triangle + (index.x == point ? 0 : index.y == point ? 1 : 2)
    }
    for edge in 0..<edges.count {
      let halfedges = edges[edge]
      let first = Int(halfedges.first!)
      let ends = [
        triangles[first / 3][first % 3], triangles[first / 3][(first % 3 + 1) % 3],
      ]
      for other in halfedges.dropFirst() {
        for end in ends {
          corners.unite(corner(of: end, in: first / 3), corner(of: end, in: Int(other) / 3))
        }
      }
    }
    var fans: [UInt32: Int] = [:]
    for index in 0..<3 * triangles.count where corners.find(index) == index {
      fans[triangles[index / 3][index % 3], default: 0] += 1
    }
    return used.count { (fans[$0] ?? 0) > 1 }
  }
}
