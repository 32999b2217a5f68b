import Formats
import Geometry
import LinearMath
import Scenes
import Views
import Work

/// A model on its way to the plate: repaired as it is, then brought to millimetres, z up, size and plate,
/// based and hollowed.
///
/// Repair comes first, because scaling rounds, and what fits together in the file's own numbers may not
/// in others.
struct PrintJob {
  /// The solid that is written, and what was done to the model on the way.
  struct Solid {
    var mesh: Mesh
    /// For each triangle the model's triangle it came from.
    var sources: [Int]
    var repair: RepairReport
    /// How far repair went from the model, in % of its diagonal.
    var hausdorffPercent: Double
    /// How many millimetres a unit of the model came to.
    var factor = 1.0
    var hollow: HollowedMesh?
  }

  private let source: MeshInput
  private let options: PreparePrintSettings
  private let target: SceneFormat
  private let up: UpAxis
  private let seed: UInt64
  private let path: String

  /// Enters the phase "read".
  init(
    _ call: VerbCall<PreparePrintSettings>, _ target: SceneFormat, _ work: WorkContext
  ) throws {
    options = call.options
    path = call.inputs[0]
    seed = call.seed
    self.target = target
    up = try options.up ?? SceneFormat.inside(path).usualUp
    source = try MeshInput.read(path, isTolerant: true, work)
  }

  /// Enters the phases "repair" and "hollow".
  func solid(_ work: WorkContext) throws -> Solid {
    work.progress.enter("repair")
    let repaired = try source.mesh.repaired(repairSettings, work)
    let change = try repaired.mesh.largestChange(from: source.mesh, seed: seed, work)
    var solid = Solid(
      mesh: repaired.mesh, sources: repaired.sources, repair: repaired.report,
      hausdorffPercent: change / Double(source.mesh.bounds.diagonal) * 100)
    guard repaired.report.after.isPrintable else {
      if options.wallMillimeters != nil { work.progress.enter("hollow") }
      return solid
    }
    if options.fillPockets {
      let filled = try solid.mesh.withPocketsFilled(work)
      solid.replace(with: filled.mesh, from: filled.sources)
    }
    try place(&solid, work)
    if options.base {
      let based = try solid.mesh.withFlatBase(at: 0, work)
      solid.replace(with: based.mesh, from: based.sources)
    }
    if let wall = options.wallMillimeters {
      work.progress.enter("hollow")
      var settings = HollowSettings()
      settings.wallMillimeters = wall
      settings.drainHoles = options.drainHoles
      settings.drainDiameterMillimeters = options.drainDiameterMillimeters
      let hollow = try solid.mesh.hollowed(settings, work)
      solid.replace(with: hollow.mesh, from: hollow.sources)
      solid.hollow = hollow
      // A hole through the lowest point leaves its rim as the lowest.
      try lower(&solid, work)
    }
    return solid
  }

  /// Sheets become plates that are no thinner than the printer can make.
  private var repairSettings: RepairSettings {
    var settings = options.repair
    let box = source.mesh.transformed(by: Matrix4(linear: turn)).bounds
    let millimeters = Double(box.diagonal) * factor(height: Double(box.size.z))
    if millimeters > 0 {
      let percent = options.review.minimumWallMillimeters / millimeters * 100
      settings.sheetThicknessPercent = min(max(settings.sheetThicknessPercent, percent), 2)
    }
    return settings
  }

  private var turn: Matrix3 { up == .z ? .identity : Conventions.zUpFromYUp }

  /// Millimetres to a unit of the model, for what is so tall in its units; 0 for what is flat.
  private func factor(height: Double) -> Double {
    if let wanted = options.heightMillimeters {
      return height > 0 ? (wanted + (options.base ? options.baseMillimeters : 0)) / height : 0
    }
    let unit = source.scene.unit ?? .millimeters
    return unit.meters / LengthUnit.millimeters.meters * (options.scale ?? 1)
  }

  /// Millimetres, z up, the size that was asked, in the positive octant: the lowest point comes to height
  /// zero, or the cut of the base does.
  private func place(_ solid: inout Solid, _ work: WorkContext) throws {
    let isSized = options.heightMillimeters != nil
    if source.scene.unit == nil, !isSized {
      work.log.warn("the input has no unit, so its numbers are taken as millimeters")
    }
    let box = solid.mesh.transformed(by: Matrix4(linear: turn)).bounds
    let depth = options.base ? options.baseMillimeters : 0
    solid.factor = factor(height: Double(box.size.z))
    guard solid.factor > 0 else {
      throw InputError(
        "no-height", "the model is flat along its up axis; --up names another", path)
    }
    let asked = solid.factor
    // Moving rounds. Where that makes faces meet, a size a millionth larger rounds otherwise.
    for nudge in 0..<4 {
      solid.factor = asked * (1 + 1e-6 * Double(nudge))
      let lowest = SIMD3<Double>(box.minimum) * solid.factor
      let size = Matrix3(scale: solid.factor)
      let matrix = Matrix4(linear: size * turn, translation: -lowest - SIMD3(0, 0, depth))
      if try move(&solid, by: matrix, mends: nudge == 3, work) { break }
    }
    warn(of: solid.mesh.bounds.size, work.log)
  }

  private func lower(_ solid: inout Solid, _ work: WorkContext) throws {
    let lowest = Double(solid.mesh.bounds.minimum.z)
    if lowest == 0 { return }
    let matrix = Matrix4(linear: .identity, translation: SIMD3(0, 0, -lowest))
    _ = try move(&solid, by: matrix, mends: true, work)
  }

  /// Whether the solid is one still after a move, mended in place where that is allowed; otherwise it has
  /// not moved.
  private func move(
    _ solid: inout Solid, by transform: Matrix4, mends: Bool, _ work: WorkContext
  ) throws -> Bool {
    let moved = solid.mesh.transformed(by: transform)
    guard moved.positions.allSatisfy(\.isFinite) else {
      throw InputError("too-large", "the model at that size is larger than numbers go", path)
    }
    if try moved.solidReport(nil, work).isPrintable {
      solid.mesh = moved
      return true
    }
    guard mends else { return false }
    var settings = options.repair
    settings.mode = .conservative
    let volume = moved.report().volume
    guard let again = try? moved.repaired(settings, work), again.report.after.isPrintable,
      abs(again.report.after.mesh.volume - volume) < 0.001 * volume
    else {
      try work.checkCancelled()
      throw InputError(
        "does-not-scale",
        "at this size the repaired model's faces meet, because its details are finer than numbers of "
          + "this size hold; another --scale or --height-millimeters may do", path)
    }
    solid.replace(with: again.mesh, from: again.sources)
    return true
  }

  private func warn(of size: SIMD3<Float>, _ log: LogSink) {
    guard size.max() < 1 || size.max() > 2000 else { return }
    let isAsked = options.heightMillimeters != nil || options.scale != nil
    log.warn(
      "the print is \(Double(size.x).brief) x \(Double(size.y).brief) x \(Double(size.z).brief) mm"
        + (isAsked ? "" : "; --height-millimeters or --scale sets its size"))
  }

  func encoded(_ solid: Solid, _ thumbnail: [UInt8], _ log: LogSink) throws -> [UInt8] {
    let details = PackageDetails(
      metadata: [
        (name: "Title", value: path.split(separator: "/").last.map(String.init) ?? ""),
        (name: "Application", value: "Maquette \(maquetteVersion)"),
      ], thumbnail: thumbnail)
    var scene = source.replaced(by: solid.mesh, from: solid.sources)
    scene.unit = .millimeters
    return try SceneFile.encode(
      scene, as: target, stem: "part",
      details: details, log: log)[0].bytes
  }
}

extension PrintJob.Solid {
  fileprivate mutating func replace(with mesh: Mesh, from inner: [Int]) {
    self.mesh = mesh
    sources = inner.map { sources[$0] }
  }
}
