public import Datasets
import Formats
import Imaging
import LinearMath
public import Rendering
public import Settings
public import Views
public import Work

public struct ExportDatasetSettings: SettingsGroup {
  public var views = ViewSettings()
  public var dataset = DatasetSettings()
  public var render = RenderSettings()

  public var model = ViewedModelSettings()

  @Setting("Also write a PNG overview of twelve of the views to this path.")
  public var contactSheet: String? = nil

  public init() {}
}

/// Model to training set.
public enum ExportDataset: Verb {
  public static let name = "dataset"
  public static let summary = "Renders a model from all around into a posed training set."
  public static let usage = "MODEL -o SET.zip"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: "zip")

  public static func run(_ call: VerbCall<ExportDatasetSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let options = call.options
    let target = try DatasetTarget(path: call.output!)
    try ContactSheet.check(options.contactSheet, beside: [call.output!] + call.inputs)
    work.progress.declare([("read", 2), ("prepare", 3), ("render", 95)])
    work.progress.enter("read")
    let (scene, up) = try UprightScene.read(call.inputs[0], options.model, work)

    work.progress.enter("prepare")
    let prepared = try PreparedScene(scene, work)
    let lens = options.views.intrinsics
    let writer = try DatasetWriter(
      to: target, settings: options.dataset, frameBytes: 12 * lens.width * lens.height, work)
    let renderer = try Renderer(
      prepared, settings: options.render, intrinsics: lens,
      normalSpaceFromWorld: Conventions.zUpFromYUp, work)

    work.progress.enter("render")
    let start = ContinuousClock.now
    let sheet = try render(options, renderer, writer, work)
    let points = prepared.pointCloud(count: options.dataset.points, seed: call.seed)
    try writer.finish(
      points: points.map(datasetPoint),
      model: ModelTransform(scale: prepared.scale, offset: prepared.offset),
      manifest: try DatasetManifest.json(call, prepared, sourceUp: up, renderer))
    let seconds = (ContinuousClock.now - start) / .seconds(1)

    var outputs = [Artifact(path: call.output!, mediaType: target.mediaType)]
    if let path = options.contactSheet {
      try StagedFile.write(try ImageFile.encodePNG(sheet.image), to: path)
      outputs.append(Artifact(path: path, mediaType: "image/png"))
    }
    return report(options.views, prepared, renderer, seconds: seconds, outputs)
  }

  /// Draws every view into the writer, and some into the contact sheet.
  private static func render(
    _ options: ExportDatasetSettings, _ renderer: borrowing Renderer, _ writer: DatasetWriter,
    _ work: WorkContext
  ) throws -> ContactSheet {
    let cameras = options.views.cameras
    var sheet = ContactSheet(views: options.contactSheet == nil ? 0 : cameras.count)
    var done = 0
    try renderer.forEachFrame(cameras, work) { frame in
      sheet.add(frame, index: done)
      try writer.append(frame)
      done += 1
      work.progress.update(Double(done) / Double(cameras.count))
    }
    return sheet
  }

  private static func report(
    _ views: ViewSettings, _ prepared: PreparedScene, _ renderer: borrowing Renderer,
    seconds: Double, _ outputs: [Artifact]
  ) -> VerbResult {
    let rate = (Double(views.views) / seconds * 100).rounded() / 100
    let count = "\(views.views) view\(views.views == 1 ? "" : "s")"
    return VerbResult(
      outputs: outputs,
      result: [
        "views": .integer(views.views), "engine": .string(renderer.engineName),
        "device": .string(renderer.deviceName), "objectRadius": 1.0,
        "modelScale": .number(prepared.scale), "triangles": .integer(prepared.triangleCount),
        "viewsPerSecond": .number(rate),
      ],
      text: "\(count) of \(views.pixels) x \(views.pixels) pixels by \(renderer.engineName) "
        + "(\(renderer.deviceName)), \(rate) views a second")
  }

  private static func datasetPoint(_ point: ColoredPoint) -> DatasetPoint {
    func turned(_ vector: SIMD3<Float>) -> SIMD3<Float> {
      SIMD3<Float>(Conventions.datasetVector(SIMD3<Double>(vector)))
    }
    return DatasetPoint(
      position: turned(point.position), normal: turned(point.normal),
      color: SIMD3(
        SRGB.code(point.color.x), SRGB.code(point.color.y), SRGB.code(point.color.z)))
  }
}
