import LinearMath
import Work

/// Repair that changes what is broken and nothing else.
struct ConservativeRepair {
  private let settings: RepairSettings
  private(set) var soup: Soup
  /// What is to be found again: also of sheets that are there twice, the other way round, one.
  private(set) var reference: Soup
  private let diagonal: Float
  private(set) var report: RepairReport

  init(_ mesh: Mesh, _ settings: RepairSettings, _ report: RepairReport) {
    self.settings = settings
    self.report = report
    soup = Soup(mesh)
    reference = soup
    diagonal = mesh.bounds.diagonal
  }

  /// The surface of a solid, or nil where this way there is none.
  mutating func run(_ work: WorkContext) throws -> Soup? {
    try prepare(work)
    var holes = 0
    guard var solid = try fill(soup, &holes, work) else { return nil }
    var lost = try LostSurface(of: reference, in: solid, tolerance: tolerance, work)
    if lost.insideShare > 0.004, let open = try leaveOpen(lost, work) {
      solid = open
      lost = try LostSurface(of: reference, in: solid, tolerance: tolerance, work)
    }
    report.note("holes-filled", holes, "gaps were closed")
    if lost.outsideShare > 0 {
      // A few that cannot be added are left out; without more it would not be the same thing.
      let thick = try thicken(lost.triangles, solid, work)
      if thick == nil && lost.outsideShare > 0.01 { return nil }
      if let thick {
        report.note(
          "sheets-thickened", lost.triangles.count,
          "triangles that enclose nothing became plates")
        solid = thick
      } else {
        report.note(
          "sheets-dropped", lost.triangles.count,
          "triangles that enclose nothing were left out: as plates they would cut one another")
      }
    }
    guard let moved = try solid.separateContacts(work) else { return nil }
    report.note("contacts-parted", moved, "points where solids only touched were moved apart")
    return solid.triangles.isEmpty ? nil : solid
  }

  /// Cleans, welds, turns.
  mutating func prepare(_ work: WorkContext) throws {
    clean()
    let turned = try soup.orient(work)
    report.note("triangles-turned", turned, "triangles were turned to face outside")
    var all = soup
    all.triangles += reference.triangles
    all.sources += reference.sources
    reference = all
  }

  /// What is nearer than this to the result counts as kept.
  private var tolerance: Float { diagonal * Float(settings.maxDeviationPercent) / 100 * 0.4 }

  private mutating func clean() {
    let isWhole = soup.triangles.map { $0.x != $0.y && $0.y != $0.z && $0.z != $0.x }
    soup.keep { isWhole[$0] }
    let collapsed = isWhole.count { !$0 }
    report.note(
      "collapsed-removed", collapsed, "triangles with two corners at one place were left out")
    let welded = soup.weldRims()
    report.note("points-welded", welded, "points of rims were drawn together")
    let (doubled, vanished) = soup.removeDuplicates()
    report.note("duplicates-removed", doubled, "triangles that were there twice were left out")
    reference = vanished
  }

  /// Closes, cuts, and keeps what winds about itself.
  private func fill(_ soup: Soup, _ holes: inout Int, _ work: WorkContext) throws -> Soup? {
    var closed = soup
    holes = try closed.fillHoles(work)
    return try closed.arranged(work)?.solid(work) { $0.x >= 1 }
  }

  /// The solid in which those parts become plates whose filling hides what can be seen: a basin stays
  /// one where it would be a block. Nil where no part's filling does.
  private mutating func leaveOpen(_ lost: LostSurface, _ work: WorkContext) throws -> Soup? {
    let hidden = lost.samples.filter(\.isInside).map(\.place)
    let stride = max(1, hidden.count / 48)
    let samples = Swift.stride(from: 0, to: hidden.count, by: stride).map { hidden[$0] }
    var (open, rest): ([Int], [Int]) = ([], [])
    for part in soup.parts {
      try work.checkCancelled()
      var filled = soup.alone(part)
      let isOpen = try filled.fillHoles(work) > 0
      let hides = isOpen && WindingRays(filled).count(inside: samples) > 0
      if hides { open += part } else { rest += part }
    }
    if open.isEmpty { return nil }
    var closed = soup.picked(rest)
    _ = try closed.fillHoles(work)
    closed.add(soup.plate(open, thickness: thickness))
    guard let solid = try closed.arranged(work)?.solid(work, where: { $0.x >= 1 }) else {
      return nil
    }
    report.note(
      "parts-left-open", open.count,
      "triangles of parts whose filling would hide what can be seen became plates")
    return solid
  }

  private var thickness: Float { diagonal * Float(settings.sheetThicknessPercent) / 100 }

  /// Adds plates for triangles that bound no solid.
  private func thicken(
    _ triangles: [Int], _ solid: Soup, _ work: WorkContext
  ) throws -> Soup? {
    var all = solid
    all.add(reference.plate(triangles, thickness: thickness))
    return try all.arranged(work)?.solid(work) { $0.x >= 1 }
  }
}

extension WindingRays {
  /// - Parameter tree: of the same triangles, where there is one.
  init(_ soup: Soup, tree: BVH? = nil) {
    self.init(
      tree: tree ?? BVH(positions: soup.positions, triangles: soup.triangles, quick: true),
      triangles: soup.triangles,
      multiplicities: [SIMD2](repeating: SIMD2(1, 0), count: soup.triangles.count),
      positions: soup.positions)
  }

  /// How many of some places the surface winds about.
  fileprivate func count(inside places: [SIMD3<Float>]) -> Int { places.count { isInside($0) } }
}

extension Soup {
  /// The triangles that hang together over points, part by part.
  fileprivate var parts: [[Int]] {
    var sets = UnionFind(count: positions.count)
    for t in triangles {
      sets.unite(Int(t.x), Int(t.y))
      sets.unite(Int(t.y), Int(t.z))
    }
    var members: [Int: [Int]] = [:]
    for (index, t) in triangles.enumerated() {
      members[sets.find(Int(t.x)), default: []].append(index)
    }
    return members.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Some of the triangles, over the same points.
  fileprivate func picked(_ chosen: [Int]) -> Soup {
    Soup(
      positions: positions, triangles: chosen.map { triangles[$0] },
      sources: chosen.map { sources[$0] })
  }

  /// Some triangles with their own points only, in the same order.
  fileprivate func alone(_ chosen: [Int]) -> Soup {
    let points = Set(chosen.flatMap { [triangles[$0].x, triangles[$0].y, triangles[$0].z] })
      .sorted()
    var number: [UInt32: UInt32] = [:]
    for (index, point) in points.enumerated() { number[point] = UInt32(index) }
    return Soup(
      positions: points.map { positions[Int($0)] },
      triangles: chosen.map { index in
        let t = triangles[index]
        return SIMD3(number[t.x]!, number[t.y]!, number[t.z]!)
      },
      sources: chosen.map { sources[$0] })
  }

  /// Takes in another soup's triangles.
  mutating func add(_ other: Soup) {
    let base = SIMD3(repeating: UInt32(positions.count))
    positions += other.positions
    triangles += other.triangles.map { $0 &+ base }
    sources += other.sources
    weld()
  }
}
