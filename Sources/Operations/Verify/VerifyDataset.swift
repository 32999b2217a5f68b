import Datasets
import Foundation
public import Settings
import Views
public import Work

public struct VerifyDatasetSettings: SettingsGroup {
  @Setting(
    "The model that the set shows: silhouettes, depth and normals are ray cast from it and compared."
  )
  public var mesh: String? = nil

  @Setting(
    "In how many views, spread over the set, pixels are compared; 0 for all.", in: 0...100_000)
  public var checkViews = 8

  public var model = ViewedModelSettings()

  public init() {}
}

/// Training set to what its loaders would trip over.
public enum VerifyDataset: Verb {
  public static let name = "verify"
  public static let summary = "Finds what is wrong with a training set, ours or another's."
  public static let usage = "SET [--mesh MODEL]"
  public static let inputCount = 1...1
  public static let output = OutputRule.none

  public static func run(_ call: VerbCall<VerifyDatasetSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let meshWeight = call.options.mesh == nil ? 0.0 : 6
    work.progress.declare([("read", 1), ("check", 6 + meshWeight)])
    work.progress.enter("read")
    let sets = try SetReader.readAll(call.inputs[0])
    work.progress.enter("check")
    let reports = try sets.enumerated().map { index, set in
      let part = ProgressMeter { report in
        work.progress.update((Double(index) + report.fraction) / Double(sets.count))
      }
      part.declare([("pictures", 4), ("depth", 1), ("mesh", meshWeight)])
      return try check(
        set, call,
        WorkContext(
          threads: work.threads, progress: part, cancellation: work.cancellation, log: work.log))
    }
    return reports.count == 1 ? reports[0] : summary(sets, reports)
  }

  private static func check(
    _ set: ReadSet, _ call: VerbCall<VerifyDatasetSettings>, _ work: WorkContext
  ) throws -> VerbResult {
    var set = set
    var findings = Findings(set.problems)
    guard !set.views.isEmpty else {
      findings.add("no-views", "no view can be read", at: call.inputs[0])
      return report(set, findings)
    }
    work.progress.enter("pictures")
    try PictureCheck.check(&set, &findings, work)
    PoseCheck.check(set, &findings)
    let count = call.options.checkViews == 0 ? set.views.count : call.options.checkViews
    let chosen = spread(set.views.count, count)
    try AlphaCheck.check(set, chosen, &findings, work)
    try OutlineCheck.check(set, chosen, &findings, work)
    TrackCheck.check(set, &findings)
    work.progress.enter("depth")
    if call.options.mesh == nil { try DepthAgreement.check(set, chosen, &findings, work) }
    work.progress.enter("mesh")
    if let path = call.options.mesh {
      let truth = try MeshTruth(path, call.options.model, set, work)
      try TruthCheck.check(set, truth, chosen, &findings, work)
    }
    return report(set, findings)
  }

  /// Several sets in one place: the worst of each number, all problems with the set they are of, and each set's own.
  private static func summary(_ sets: [ReadSet], _ reports: [VerbResult]) -> VerbResult {
    let names = sets.map { $0.name.isEmpty ? "top" : $0.name }
    func numbers(_ key: String) -> [Double] { reports.compactMap { $0.result[key]?.double } }
    func value(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
    let problems = zip(names, reports).flatMap { name, report in
      (report.result["problems"]?.array ?? []).map { problem -> JSONValue in
        .object(
          (problem.object ?? []).map { key, value in
            (key, key == "where" ? .string("\(name): \(value.string ?? "")") : value)
          })
      }
    }
    let result: JSONValue = [
      "kind": "several",
      "views": .integer(sets.reduce(0) { $0 + $1.views.count }),
      "maskIoUMin": value(numbers("maskIoUMin").min()),
      "depthRMSEPercent": value(numbers("depthRMSEPercent").max()),
      "normalMedianDegrees": value(numbers("normalMedianDegrees").max()),
      "reprojectionMedianPixels": value(numbers("reprojectionMedianPixels").max()),
      "problems": .array(problems),
      "sets": .array(
        zip(names, reports).map { name, report in
          .object([("name", .string(name))] + (report.result.object ?? []))
        }),
    ]
    let failed = zip(names, reports).filter { $0.1.unmetGuarantee != nil }
    return VerbResult(
      result: result,
      text: zip(names, reports).map { "\($0): \($1.text)" }.joined(separator: "\n"),
      unmetGuarantee: failed.first.map {
        "\(failed.count) of \(sets.count) sets have errors, \($0.0) first"
      })
  }

  /// Indices spread evenly over all.
  private static func spread(_ count: Int, _ wanted: Int) -> [Int] {
    if wanted >= count { return Array(0..<count) }
    if wanted == 1 { return [0] }
    return (0..<wanted).map { ($0 * (count - 1) + (wanted - 1) / 2) / (wanted - 1) }
  }

  private static func report(_ set: ReadSet, _ findings: Findings) -> VerbResult {
    let errors = findings.problems.filter(\.isError)
    let problems = errors + findings.problems.filter { !$0.isError }
    var members: [(key: String, value: JSONValue)] = [
      ("kind", .string(set.kind)), ("views", .integer(set.views.count)),
      ("points", .integer(set.points.count)),
    ]
    members += findings.measures
    members.append(
      (
        "problems",
        .array(
          problems.map {
            [
              "code": .string($0.code), "severity": $0.isError ? "error" : "warning",
              "message": .string($0.message), "where": .string($0.place),
            ]
          })
      ))
    let lines = problems.map {
      "\($0.isError ? "error" : "warning"): \($0.message) (\($0.place))"
    }
    let numbers = findings.measures.filter { $0.value != .null }
      .map { "\($0.key) \($0.value.string ?? $0.value.text())" }
    let head = "\(set.views.count) views (\(set.kind)): \(numbers.joined(separator: ", "))"
    let verdict = problems.isEmpty ? ["nothing wrong was found"] : lines
    return VerbResult(
      result: .object(members), text: ([head] + verdict).joined(separator: "\n"),
      unmetGuarantee: errors.isEmpty
        ? nil : "the set has \(errors.count) error\(errors.count == 1 ? "" : "s")")
  }
}

/// What was found out about a set: what is wrong, and numbers.
struct Findings {
  private(set) var problems: [SetProblem]
  /// In the order they are told.
  private(set) var measures: [(key: String, value: JSONValue)] = [
    ("maskIoUMin", .null), ("depthRMSEPercent", .null), ("normalMedianDegrees", .null),
    ("reprojectionMedianPixels", .null),
  ]

  init(_ problems: [SetProblem]) { self.problems = problems }

  mutating func add(_ code: String, isError: Bool = true, _ message: String, at place: String) {
    problems.append(SetProblem(code, isError: isError, message, at: place))
  }

  mutating func set(_ key: String, _ value: JSONValue) {
    if let index = measures.firstIndex(where: { $0.key == key }) {
      measures[index].value = value
    } else {
      measures.append((key, value))
    }
  }

  mutating func set(_ key: String, _ value: Double, digits: Int) {
    let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    set(key, .number((value * scale).rounded() / scale))
  }
}

/// The middle value; nil of none.
func median(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.sorted()[values.count / 2]
}
