public import Work

/// What two solids are made into.
public enum BooleanOperation: String, Sendable, CaseIterable {
  /// What is in either.
  case union
  /// What is in the first and not in the second.
  case difference
  /// What is in both.
  case intersection
}

/// The solid that two solids were made into.
public struct BooleanResult: Sendable {
  public let mesh: Mesh
  /// For each triangle the one it is or lies in: the first mesh's triangles, then the second's.
  public let sources: [Int]
}

extension Mesh {
  /// Makes one solid of this and another.
  ///
  /// Triangles that cut one another are cut along their lines, and those are kept that bound the wanted
  /// cells of space (Zhou et al., "Mesh arrangements for solid geometry", 2016). Triangles that meet none
  /// of the other solid come back bit by bit; where the results touch themselves in edges or points only,
  /// they come apart by a hair. Both meshes in one coordinate frame and unit.
  ///
  /// The result is printable, or without triangles where nothing is left. Throws `MeshError` where a mesh
  /// is not the surface of a solid, and where rounding makes new cuts without end.
  public func boolean(
    _ operation: BooleanOperation, with other: Mesh, _ work: WorkContext = WorkContext()
  ) throws -> BooleanResult {
    for (mesh, name) in [(self, "the first mesh"), (other, "the second mesh")] {
      guard try mesh.solidReport(nil, work).isPrintable else {
        throw MeshError(
          "not-a-solid", "it is not the closed surface of a solid; repair it first", at: name)
      }
    }
    let both = Mesh.merged([self, other])
    var soup = Soup(both)
    soup.operands = both.triangles.indices.map { $0 < triangles.count ? 0 : 1 }
    guard
      var solid = try soup.arranged(work)?.solid(
        work,
        where: { winding in
          let (a, b) = (winding.x >= 1, winding.y >= 1)
          return switch operation {
          case .union: a || b
          case .difference: a && !b
          case .intersection: a && b
          }
        }),
      try solid.separateContacts(work) != nil
    else {
      throw MeshError(
        "cuts-do-not-settle",
        "the surfaces are too nearly the same in places for floats to tell them apart; move one a little",
        at: "boolean")
    }
    let (mesh, sources) = solid.mesh(carrying: both)
    return BooleanResult(mesh: mesh, sources: sources)
  }
}
