import Archives
import Datasets
import Formats
import Foundation
import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import Settings
import Views
import Work

/// One model to one training set, or to an archive and an HDF5 file of the same.
struct DatasetJob {
  private let call: VerbCall<ExportDatasetSettings>
  private let path: String
  private let targets: [DatasetTarget]

  /// - Parameters:
  ///   - path: of the model.
  ///   - name: by which light is drawn, where it is drawn by lot.
  init(_ call: VerbCall<ExportDatasetSettings>, path: String, name: String) throws {
    let options = try call.options.lit(name: name, seed: call.seed)
    self.call = VerbCall(
      options: options, inputs: call.inputs, output: call.output, seed: call.seed,
      preset: call.preset)
    self.path = path
    let part = options.shard.map { "\($0.index)-of-\($0.count)" }
    targets = try [call.output, options.hdf5].compactMap(\.self).map {
      try DatasetTarget(path: $0, part: part)
    }
    guard !targets.isEmpty else {
      throw UsageError("dataset needs -o, or --hdf5: maquette dataset \(ExportDataset.usage)")
    }
    if call.output != nil, options.hdf5 != nil {
      guard targets[1].container == .hdf5 else {
        throw UsageError("--hdf5 takes a name that ends in .h5")
      }
    }
    try Self.check(options, targets)
    var paths = try OutputPaths(
      read: [path, options.render.environment, options.views.cameras], output: call.output)
    try paths.add(options.hdf5, "--hdf5")
    try paths.add(options.contactSheet, "--contact-sheet", ending: "png")
    if let sheet = options.contactSheet { _ = try StagedFile(path: sheet) }
  }

  /// Refuses what would be passed over in silence.
  private static func check(
    _ options: ExportDatasetSettings, _ targets: [DatasetTarget]
  ) throws {
    let layouts = options.dataset.layout
    if layouts.contains(.nerfSynthetic), options.views.testFraction == 0 {
      throw UsageError(
        "the layout nerf-synthetic needs views for testing; leave --test-fraction off or make it larger than 0"
      )
    }
    if targets.allSatisfy({ $0.container == .hdf5 }) {
      let other =
        !options.dataset.background.isEmpty
        ? "--background"
        : layouts != [.dxgl]
          ? "--layout"
          : options.dataset.includeModel
            ? "--include-model" : nil
      if let other {
        throw UsageError(
          "an HDF5 file holds arrays, with alpha; \(other) is for the other kinds of set")
      }
    }
    if options.shard != nil, layouts == [.webdataset] {
      throw UsageError(
        "the views of one webdataset cannot be made in parts; give several models, or another layout"
      )
    }
    if options.report != nil {
      throw UsageError("--report is for several models; see --contact-sheet")
    }
  }

  func run(_ work: WorkContext) throws -> VerbResult {
    work.progress.declare(PlannedViews.phases + [("render", 95)])
    if !call.options.resume { for target in targets { try target.checkFree() } }
    let options = call.options
    let planned = try PlannedViews(.file(path), options, seed: call.seed, work)
    let (scene, prepared, plan, views) = (
      planned.scene, planned.prepared, planned.plan, planned.views
    )
    let manifest = try DatasetManifest.json(
      call, path, scene, prepared, sourceUp: planned.up, planned.renderer)
    // What an earlier run has made of it is left alone.
    let goesOn = options.resume || options.shard != nil
    let left = goesOn ? targets.filter { !$0.holds(manifest) } : targets
    if left.isEmpty, options.contactSheet.map(FileManager.default.fileExists) ?? true {
      return report(plan, prepared, planned.renderer, nil)
    }
    for target in left { try target.checkFree() }

    work.progress.enter("render")
    let start = ContinuousClock.now
    let writer = try DatasetWriter(
      to: left, settings: options.dataset, views: views, size: size(scene, prepared),
      identity: Digest.sha256(of: Array(manifest.text().utf8)), resumes: options.resume)
    let (sheet, drawn) = try draw(views, planned.renderer, writer, work)
    if writer.isWhole {
      try writer.finish(try record(views, scene, prepared, manifest, work))
    } else {
      writer.leave()
      work.log.warn(
        "the views of other parts are still to come; who makes the last one ends the set")
    }
    if let path = options.contactSheet {
      try StagedFile.write(try ImageFile.encodePNG(sheet.image), to: path)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return report(plan, prepared, planned.renderer, Double(drawn) / seconds)
  }

  /// Draws the views that are missing into the writer, and some into the contact sheet.
  private func draw(
    _ views: [SetView], _ renderer: borrowing Renderer, _ writer: DatasetWriter,
    _ work: WorkContext
  ) throws -> (sheet: ContactSheet, drawn: Int) {
    var sheet = ContactSheet(views: call.options.contactSheet == nil ? 0 : views.count)
    let missing = Set(writer.missing)
    let wanted = views.filter { view in
      (missing.contains(view.index) && call.options.shard?.holds(view.index) != false)
        || sheet.wants(view.index)
    }
    let shown = Set(wanted.map(\.index).filter(sheet.wants))
    let recipe = writer.recipe
    var done = 0
    try renderer.forEachFrame(
      wanted.map(\.camera), work,
      encode: { frame, place in
        let index = wanted[place].index
        return (
          files: try recipe.files(of: frame, index: index),
          tile: shown.contains(index) ? ContactSheet.tile(of: frame) : nil
        )
      }
    ) { made in
      if let tile = made.tile { sheet.add(tile, index: wanted[done].index) }
      try writer.add(made.files)
      done += 1
      work.progress.update(Double(done) / Double(wanted.count))
    }
    return (sheet, wanted.count)
  }

  private func size(_ scene: Scene, _ prepared: PreparedScene) -> ObjectSize {
    let unit = scene.unit ?? .millimeters
    return ObjectSize(
      longestSide: prepared.longestSide, radiusMillimeters: unit.meters * 1000 / prepared.scale)
  }

  /// What is told of the set beside its pictures.
  private func record(
    _ views: [SetView], _ scene: Scene, _ prepared: PreparedScene, _ manifest: JSONValue,
    _ work: WorkContext
  ) throws -> SetRecord {
    let settings = call.options.dataset
    let points = prepared.pointCloud(count: settings.points, seed: call.seed)
    let seen = try prepared.views(
      of: points, from: views.map(\.camera), atMost: settings.trackLength, work)
    let whole = prepared.wholeMesh
    var modelFile: [UInt8]?
    if settings.includeModel {
      let moved = scene.transformed(by: prepared.worldFromSource)
      modelFile = try SceneFile.encode(moved, as: .glb, stem: "model", log: work.log)[0].bytes
    }
    return SetRecord(
      points: zip(points, seen).map { point, views in
        let c = point.color
        return DatasetPoint(
          position: point.position, normal: point.normal,
          color: SIMD3(SRGB.code(c.x), SRGB.code(c.y), SRGB.code(c.z)), views: views)
      },
      surface: SetSurface(
        positions: whole.positions, normals: whole.attributes.normals, triangles: whole.triangles),
      model: ModelTransform(scale: prepared.scale, offset: prepared.offset), manifest: manifest,
      modelFile: modelFile)
  }

  /// - Parameter speed: views a second; nil where all was there.
  private func report(
    _ plan: ViewPlan, _ prepared: PreparedScene, _ renderer: borrowing Renderer, _ speed: Double?
  ) -> VerbResult {
    let count = plan.all.count
    let lens = plan.all[0].intrinsics
    let rate = speed.map { ($0 * 100).rounded() / 100 }
    var outputs = targets.map { Artifact(path: $0.path, mediaType: $0.mediaType) }
    if let path = call.options.contactSheet {
      outputs.append(Artifact(path: path, mediaType: "image/png"))
    }
    let speed = rate.map { "\($0) views a second" } ?? "there already"
    return VerbResult(
      outputs: outputs,
      result: [
        "views": .integer(count), "trainViews": .integer(plan.train.count),
        "validationViews": .integer(plan.validation.count), "testViews": .integer(plan.test.count),
        "engine": .string(renderer.engineName), "device": .string(renderer.deviceName),
        "objectRadius": 1.0, "modelScale": .number(prepared.scale),
        "triangles": .integer(prepared.triangleCount),
        "viewsPerSecond": rate.map { .number($0) } ?? .null,
      ],
      text: "\(count) view\(count == 1 ? "" : "s") of \(lens.width) x \(lens.height) pixels by "
        + "\(renderer.engineName) (\(renderer.deviceName)), \(speed)")
  }
}
