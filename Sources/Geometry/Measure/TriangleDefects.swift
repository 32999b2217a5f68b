public import Work

/// What is wrong at a triangle, the worst that is.
public enum TriangleDefect: Sendable {
  case none
  /// An edge with nothing on its other side.
  case open
  /// An edge that more than two triangles, or two that face different ways, share.
  case nonManifold
  /// It cuts or touches another beyond what they share.
  case cut
}

extension Mesh {
  /// The defect of each triangle, for pictures.
  public func triangleDefects(_ work: WorkContext = WorkContext()) throws -> [TriangleDefect] {
    var defects = [TriangleDefect](repeating: .none, count: triangles.count)
    let points = Weld(positions).triangles(of: self)
    let edges = EdgeTable(points)
    func isForward(_ halfedge: UInt32) -> Bool {
      let t = points[Int(halfedge / 3)]
      let corner = Int(halfedge % 3)
      return t[corner] < t[corner == 2 ? 0 : corner + 1]
    }
    for edge in 0..<edges.count {
      let around = edges[edge]
      if around.count == 2, isForward(around.first!) != isForward(around.last!) { continue }
      for halfedge in around where defects[Int(halfedge / 3)] != .nonManifold {
        defects[Int(halfedge / 3)] = around.count == 1 ? .open : .nonManifold
      }
    }
    for triangle in try selfIntersectingTriangles(work) { defects[triangle] = .cut }
    return defects
  }
}
