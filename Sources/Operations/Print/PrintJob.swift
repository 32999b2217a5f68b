import Formats
import Geometry
import LinearMath
import Scenes
import Work

/// A model on its way to the plate: read in millimetres, z up, scaled, repaired, based and hollowed.
struct PrintJob {
  /// The solid that is written, and what was done to the model on the way.
  struct Solid {
    var mesh: Mesh
    /// For each triangle the model's triangle it came from.
    var sources: [Int]
    var repair: RepairReport
    var hollow: HollowedMesh?
    let scene: Scene
  }

  let source: MeshInput
  /// How many millimetres a unit of the model came to.
  let factor: Double
  private let options: PreparePrintSettings
  private let target: SceneFormat
  private let modelName: String

  /// Enters the phase "read".
  init(
    _ call: VerbCall<PreparePrintSettings>, _ target: SceneFormat, _ work: WorkContext
  ) throws {
    let options = call.options
    let up = try options.up ?? SceneFormat(path: call.inputs[0]).usualUp
    var factor = 1.0
    source = try MeshInput.read(call.inputs[0], as: target, isTolerant: true, work) { scene in
      let upright = scene.turned(from: up, to: .z)
      let box = upright.merged().bounds
      factor = try Self.factor(options, height: Double(box.size.z), call.inputs[0])
      // The lowest point comes to height zero, or the cut of the base does.
      let lowest = SIMD3<Double>(box.minimum) * factor
      let depth = options.base ? options.baseMillimeters : 0
      let linear = Matrix3(columns: [factor, 0, 0], [0, factor, 0], [0, 0, factor])
      return upright.transformed(
        by: Matrix4(linear: linear, translation: -lowest - SIMD3(0, 0, depth)))
    }
    let size = source.mesh.bounds.size
    if size.max() < 1 || size.max() > 2000 {
      work.log.warn(
        "the print would be \(Double(size.x).brief) x \(Double(size.y).brief) x \(Double(size.z).brief) mm; "
          + "--height-millimeters or --scale sets its size")
    }
    self.factor = factor
    self.options = options
    self.target = target
    modelName = call.inputs[0].split(separator: "/").last.map(String.init) ?? ""
  }

  private static func factor(
    _ options: PreparePrintSettings, height: Double, _ path: String
  ) throws -> Double {
    if let scale = options.scale { return scale }
    guard let wanted = options.heightMillimeters else { return 1 }
    guard height > 0 else {
      throw InputError("no-height", "the model is flat along its up axis; --up names another", path)
    }
    return (wanted + (options.base ? options.baseMillimeters : 0)) / height
  }

  /// Enters the phases "repair" and "hollow".
  func solid(_ work: WorkContext) throws -> Solid {
    work.progress.enter("repair")
    let repaired = try source.mesh.repaired(options.repair, work)
    var solid = Solid(
      mesh: repaired.mesh, sources: repaired.sources, repair: repaired.report, hollow: nil,
      scene: source.scene)
    guard repaired.report.after.isPrintable else { return solid }
    if options.fillPockets {
      let filled = try solid.mesh.withPocketsFilled(work)
      solid.replace(with: filled.mesh, from: filled.sources)
    }
    if options.base {
      let based = try solid.mesh.withFlatBase(at: 0, work)
      solid.replace(with: based.mesh, from: based.sources)
    }
    try lower(&solid, work)
    work.progress.enter("hollow")
    if let wall = options.wallMillimeters {
      var settings = HollowSettings()
      settings.wallMillimeters = wall
      settings.drainHoles = options.drainHoles
      settings.drainDiameterMillimeters = options.drainDiameterMillimeters
      let hollow = try solid.mesh.hollowed(settings, work)
      solid.replace(with: hollow.mesh, from: hollow.sources)
      solid.hollow = hollow
    }
    return solid
  }

  /// Repair may add or take away at the bottom; the print still stands on the plate. Moving rounds, so
  /// what was moved is repaired again, which finds nothing but in rare cases.
  private func lower(_ solid: inout Solid, _ work: WorkContext) throws {
    let lowest = solid.mesh.bounds.minimum
    guard abs(lowest.z) > 1e-6 * solid.mesh.bounds.diagonal else { return }
    let moved = solid.mesh.transformed(
      by: Matrix4(linear: .identity, translation: SIMD3(0, 0, -Double(lowest.z))))
    let again = try moved.repaired(options.repair, work)
    solid.replace(with: again.mesh, from: again.sources)
  }

  func encoded(_ solid: Solid, _ thumbnail: [UInt8], _ log: LogSink) throws -> [UInt8] {
    let details = PackageDetails(
      metadata: [
        (name: "Title", value: modelName),
        (name: "Application", value: "Maquette \(maquetteVersion)"),
      ], thumbnail: thumbnail)
    return try SceneFile.encode(
      source.replaced(by: solid.mesh, from: solid.sources), as: target, stem: "part",
      details: details, log: log)[0].bytes
  }
}

extension PrintJob.Solid {
  fileprivate mutating func replace(with mesh: Mesh, from inner: [Int]) {
    self.mesh = mesh
    sources = inner.map { sources[$0] }
  }
}
