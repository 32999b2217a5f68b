import Formats
public import Geometry
import LinearMath
public import Scenes
public import Settings
public import Work

public struct PreparePrintSettings: SettingsGroup {
  @Setting("How tall the print is to be; without it the model keeps its size.", in: 0.1...10_000)
  public var heightMillimeters: Double? = nil

  @Setting("Factor on the model's size, instead of a height.", in: 1e-6...1e6)
  public var scale: Double? = nil

  @Setting("Which axis points up in the model; by default z for STL and 3MF, y for the others.")
  public var up: UpAxis? = nil

  @Setting("Cut a thin slice off the bottom, so that the print stands on a flat face.")
  public var base = false

  @Setting("How thick that slice is.", in: 0.01...1000)
  public var baseMillimeters = 0.6

  @Setting("Fill cavities that have no way out.")
  public var fillPockets = false

  @Setting("Hollow the model and leave a wall of this thickness.", in: 0.1...1000)
  public var wallMillimeters: Double? = nil

  @Setting("How many holes let liquid or powder out of each hollow.", in: 0...64)
  public var drainHoles = 2

  @Setting("How wide those holes are.", in: 0.1...1000)
  public var drainDiameterMillimeters = 4.0

  @Setting("What it is printed from, for its mass.")
  public var material = PrintMaterial.pla

  public var review = PrintReviewSettings()
  public var repair = RepairSettings()

  @Setting("Where the certificate goes; by default beside the output, as NAME.certificate.json.")
  public var certificate: String? = nil

  @Setting("Leave the picture of the model out of a 3MF file.")
  public var skipThumbnail = false

  public init() {}
}

/// Model to a file that prints, with a certificate.
public enum PreparePrint: Verb {
  public static let name = "print"
  public static let summary =
    "Scales, repairs, hollows and checks a model, and writes STL or 3MF with a certificate that it prints."
  public static let usage = "MODEL -o PART.stl|PART.3mf"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<PreparePrintSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let target = try target(of: call)
    let hollows: [(String, Double)] = call.options.wallMillimeters == nil ? [] : [("hollow", 8)]
    work.progress.declare([("read", 1), ("repair", 6)] + hollows + [("prove", 3), ("write", 1)])
    let job = try PrintJob(call, target, work)
    let solid = try job.solid(work)
    let thumbnail =
      target == .threeMF && !call.options.skipThumbnail
      ? try PrintThumbnail.png(of: solid, work) : []
    let file = try StagedFile(path: call.output!)
    try file.fill(job.encoded(solid, thumbnail, work.log))
    work.progress.enter("prove")
    let certificate = try PrintCertificate(file.temporaryPath, solid, call, work)
    work.progress.enter("write")
    let paper = call.options.certificate ?? PrintCertificate.usualPath(for: call.output!)
    let sheet = try StagedFile(path: paper)
    try sheet.fill(Array((certificate.json.text(pretty: true) + "\n").utf8))
    if certificate.holds {
      try file.commit()
    }
    try sheet.commit()
    var outputs = [Artifact(path: paper, mediaType: "application/json")]
    if certificate.holds {
      outputs.insert(Artifact(path: call.output!, mediaType: target.mediaType), at: 0)
    }
    return VerbResult(
      outputs: outputs, result: certificate.json, text: certificate.text,
      unmetGuarantee: certificate.holds
        ? nil : "the file would not print, so only the certificate was written, which says why")
  }

  private static func target(of call: VerbCall<PreparePrintSettings>) throws -> SceneFormat {
    let target = try SceneFormat(path: call.output!, writing: true)
    guard target == .stl || target == .threeMF else {
      throw UsageError("print writes .stl or .3mf")
    }
    if call.options.scale != nil, call.options.heightMillimeters != nil {
      throw UsageError("give --scale or --height-millimeters, not both")
    }
    var paths = try OutputPaths(read: call.inputs, output: call.output)
    try paths.add(
      call.options.certificate ?? PrintCertificate.usualPath(for: call.output!), "--certificate")
    return target
  }
}
