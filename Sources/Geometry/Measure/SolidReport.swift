public import Work

/// Whether a mesh is the surface of a solid that can be printed, and if not, why.
public struct SolidReport: Sendable, Equatable {
  public let mesh: MeshReport
  /// Triangles that cut or touch others beyond what they share.
  public let selfIntersectingTriangles: Int
  /// Triangles that have inside, or the outside, on both sides, because another part of the surface lies
  /// about them; counted where the surface is closed and does not cut itself.
  public let buriedTriangles: Int

  /// Closed, manifold, oriented outwards, free of self-intersections, winding about every point once or
  /// not at all.
  public var isPrintable: Bool {
    mesh.isWatertight && mesh.isManifold && mesh.isOriented && mesh.volume > 0
      && mesh.degenerateTriangles == 0 && mesh.duplicateTriangles == 0
      && selfIntersectingTriangles == 0 && buriedTriangles == 0
  }
}

extension Mesh {
  /// Measures all that must hold for a print. Exact but for the rays that tell one part's inside from
  /// another's outside.
  ///
  /// - Parameter known: the mesh's report, where there is one already.
  public func solidReport(
    _ known: MeshReport? = nil, _ work: WorkContext = WorkContext()
  ) throws -> SolidReport {
    let report = known ?? report()
    let cut = try selfIntersectingTriangles(work).count
    var buried = 0
    if report.isWatertight && report.isManifold && report.isOriented && cut == 0 {
      let cells = try Cells(Soup(self), work)
      buried =
        cells.map { cells in
          cells.triangles.indices.count { cells.front[$0].x != 0 || cells.back($0).x != 1 }
        } ?? triangles.count
    }
    return SolidReport(
      mesh: report, selfIntersectingTriangles: cut, buriedTriangles: buried)
  }
}
