import LinearMath
public import Work

/// A repaired mesh and how it came about.
public struct RepairedMesh: Sendable {
  public let mesh: Mesh
  /// For each triangle the input's triangle it is, lies in, or was put beside.
  public let sources: [Int]
  public let report: RepairReport
}

extension Mesh {
  /// A solid that can be printed, as like this mesh as can be.
  ///
  /// First the conservative way: duplicates are taken out, rims drawn together, pieces turned to look out,
  /// gaps closed, triangles that cut one another cut along their lines, and of all that the surface of what
  /// winds about itself is kept; sheets that enclose nothing become plates. What is sound stays bit by bit.
  /// Where that ends without a solid a new surface is laid about everything, unless the mode forbids it.
  ///
  /// Throws `MeshError` where there is no volume under any reading, or none that the mode allows.
  public func repaired(
    _ settings: RepairSettings = RepairSettings(), _ work: WorkContext = WorkContext()
  ) throws -> RepairedMesh {
    let before = try solidReport(nil, work)
    var report = RepairReport(before: before, after: before)
    if before.isPrintable && settings.mode != .wrap {
      return RepairedMesh(mesh: self, sources: Array(triangles.indices), report: report)
    }
    var conservative = ConservativeRepair(self, settings, report)
    if settings.mode == .wrap {
      try conservative.prepare(work)
    } else if let soup = try conservative.run(work) {
      report = conservative.report
      report.tier = .conservative
      let (mesh, sources) = soup.mesh(carrying: self)
      report.after = try mesh.solidReport(nil, work)
      report.untouchedPercent = untouchedPercent(in: mesh)
      if report.after.isPrintable || settings.mode == .conservative {
        return RepairedMesh(mesh: mesh, sources: sources, report: report)
      }
    }
    if settings.mode == .conservative {
      throw MeshError(
        "no-solid-in-place",
        "mending in place ends without a solid; mode auto or wrap lays a new surface", at: "mesh")
    }
    return try wrapped(
      conservative.soup, conservative.reference, conservative.report, settings, work)
  }

  /// The second way.
  private func wrapped(
    _ soup: Soup, _ reference: Soup, _ base: RepairReport, _ settings: RepairSettings,
    _ work: WorkContext
  ) throws -> RepairedMesh {
    var report = base
    guard !reference.triangles.isEmpty, bounds.diagonal > 0 else {
      throw MeshError(
        "no-volume", "the triangles enclose no volume under any reading, so there is no solid",
        at: "mesh")
    }
    var wrap = try Wrap(
      soup, reference, resolution: settings.resolution,
      tolerance: bounds.diagonal * Float(settings.maxDeviationPercent) / 100 * 0.5, work)
    guard let bare = try wrap.run(work) else {
      throw MeshError(
        "no-volume", "the triangles enclose no volume under any reading, so there is no solid",
        at: "mesh")
    }
    let (mesh, sources) = try projectingAttributes(onto: bare, work)
    report.tier = .wrap
    report.note(
      "surface-replaced", mesh.triangles.count, "triangles make a new surface about everything")
    report.note(
      "sheets-thickened", wrap.thickened, "triangles too thin for the new surface became plates")
    report.after = try mesh.solidReport(nil, work)
    report.untouchedPercent = untouchedPercent(in: mesh)
    return RepairedMesh(mesh: mesh, sources: sources, report: report)
  }

  /// How many of the triangles another mesh has at the same places, either way round, in %.
  func untouchedPercent(in other: Mesh) -> Double {
    if triangles.isEmpty { return 100 }
    let kept = trianglesFound(in: other).count { $0 }
    return Double(kept) / Double(triangles.count) * 100
  }

  /// Which triangles another mesh has at the same places, bit by bit, either way round.
  public func trianglesFound(in other: Mesh) -> [Bool] {
    let points = Weld(positions + other.positions).pointOfVertex
    func key(_ triangle: SIMD3<UInt32>, from base: Int) -> SIMD3<UInt32> {
      SIMD3(
        UInt32(points[base + Int(triangle.x)]), UInt32(points[base + Int(triangle.y)]),
        UInt32(points[base + Int(triangle.z)])
      ).risingPoints
    }
    let there = Set(other.triangles.map { key($0, from: positions.count) })
    return triangles.map { there.contains(key($0, from: 0)) }
  }
}
