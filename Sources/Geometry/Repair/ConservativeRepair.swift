import LinearMath
import Work

/// Repair that changes what is broken and nothing else.
struct ConservativeRepair {
  private let settings: RepairSettings
  private var soup: Soup
  /// The mesh without doubles, welded and turned to look out.
  var cleaned: Soup { soup }
  private let diagonal: Float
  private(set) var report: RepairReport

  init(_ mesh: Mesh, _ settings: RepairSettings, _ report: RepairReport) {
    self.settings = settings
    self.report = report
    soup = Soup(mesh)
    diagonal = mesh.bounds.diagonal
  }

  /// The surface of a solid, or nil where this way there is none.
  mutating func run(_ work: WorkContext) throws -> Soup? {
    try prepare(work)
    var holes = 0
    guard var solid = try fill(soup, &holes, work) else { if trace { print("FILLFAIL") }; return nil }
    var lost = try LostSurface(of: soup, in: solid, tolerance: tolerance, work)
    if lost.insideShare > 0.004, let open = try leaveOpen(lost, work) {
      solid = open
      lost = try LostSurface(of: soup, in: solid, tolerance: tolerance, work)
    }
    report.note("holes-filled", holes, "gaps were closed")
    if lost.outsideShare > 0 {
      // A few that cannot be added are left out, more would not be the same thing.
      guard let thick = try thicken(lost.triangles, solid, work) else { return nil }
      report.note(
        "sheets-thickened", lost.triangles.count,
        "triangles that enclose nothing became plates")
      solid = thick
    }
    if trace { print("LOST", lost.insideShare, lost.outsideShare, lost.triangles.count) }
    guard let moved = try solid.separateContacts(work) else { if trace { print("SEPFAIL") }; return nil }
    report.note("contacts-parted", moved, "points where solids only touched were moved apart")
    return solid.triangles.isEmpty ? nil : solid
  }

  /// Cleans, welds, turns.
  mutating func prepare(_ work: WorkContext) throws {
    clean()
    let turned = try soup.orient(work)
    report.note("triangles-turned", turned, "triangles were turned to face outside")
  }

  /// What is nearer than this to the result counts as kept.
  private var tolerance: Float { diagonal * Float(settings.maxDeviationPercent) / 100 * 0.4 }

  private mutating func clean() {
    let isWhole = soup.triangles.map { $0.x != $0.y && $0.y != $0.z && $0.z != $0.x }
    soup.keep { isWhole[$0] }
    let collapsed = isWhole.count { !$0 }
    report.note(
      "collapsed-removed", collapsed, "triangles with two corners at one place were left out")
    let doubled = soup.removeDuplicates()
    report.note("duplicates-removed", doubled, "triangles that were there twice were left out")
    let welded = soup.weldRims()
    report.note("points-welded", welded, "points of rims were drawn together")
  }

  /// Closes, cuts, and keeps what winds about itself.
  private func fill(_ soup: Soup, _ holes: inout Int, _ work: WorkContext) throws -> Soup? {
    var closed = soup
    holes = try closed.fillHoles(work)
    return try closed.arranged(work)?.solid(work) { $0.x >= 1 }
  }

  /// The solid in which those parts become plates whose filling hides what can be seen.
  private mutating func leaveOpen(_ lost: LostSurface, _ work: WorkContext) throws -> Soup? {
    nil
  }

  /// Adds plates for triangles that bound no solid.
  private func thicken(
    _ triangles: [Int], _ solid: Soup, _ work: WorkContext
  ) throws -> Soup? {
    let thickness = diagonal * Float(settings.sheetThicknessPercent) / 100
    var all = solid
    all.add(soup.plate(triangles, thickness: thickness))
    return try all.arranged(work)?.solid(work) { $0.x >= 1 }
  }
}

extension Soup {
  /// Takes in another soup's triangles.
  mutating func add(_ other: Soup) {
    let base = SIMD3(repeating: UInt32(positions.count))
    positions += other.positions
    triangles += other.triangles.map { $0 &+ base }
    sources += other.sources
    weld()
  }
}
