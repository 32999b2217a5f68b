import Foundation
import Settings
import TestSupport
import Testing

/// The recipes for many machines, carried out on this one: what the parts make together is the whole, byte by byte.
@Suite(.serialized) struct ClusterTests {
  private static let options = ["--views", "4", "--pixels", "48", "--points", "100"]

  /// Four models, and the sets that one run makes of them.
  private func make(_ folder: TemporaryFolder) throws -> [String: [UInt8]] {
    _ = try Program.run([
      "sample", "-o", folder.file("models/a.glb"), "--texture-size", "64", "--quiet",
    ])
    for name in ["b", "c", "d", "e"] {
      try FileManager.default.copyItem(
        atPath: folder.file("models/a.glb"), toPath: folder.file("models/\(name).glb"))
    }
    let outcome = try Program.run(
      ["dataset", folder.file("models"), "-o", folder.file("whole/"), "--quiet"] + Self.options)
    try #require(outcome.status == 0, "\(outcome.error)")
    let whole = sets(folder.file("whole"))
    #expect(whole.count == 5)
    return whole
  }

  private func sets(_ folder: String) -> [String: [UInt8]] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Dictionary(uniqueKeysWithValues: names.map { ($0, contents(folder + "/" + $0)) })
  }

  /// Runs a shell line where the program is on the path.
  private func shell(
    _ line: String, _ variables: [String: String] = [:]
  ) throws -> (status: Int32, output: String, error: String) {
    let folder = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
    let settings =
      (["PATH=\(folder):/usr/local/bin:/usr/bin:/bin"] + variables.map { "\($0)=\($1)" })
    let outcome = try Program.run(
      executable: "/usr/bin/env", settings + ["/bin/sh", "-c", line])
    return (outcome.status, outcome.output, outcome.error)
  }

  @Test func slurmArray() throws {
    let folder = TemporaryFolder()
    let whole = try make(folder)
    let project = SharedData.projectFolder
    let options = Self.options.joined(separator: " ")
    // `sbatch --wait` looks every few seconds only.
    let job = folder.write(
      """
      set -e
      id=$(sbatch --parsable --array=0-3 --chdir='\(folder.file("."))' --cpus-per-task=1 \
        '\(project)/configs/slurm-array.sh' '\(folder.file("models"))' '\(folder.file("parts/"))' \(options))
      while scontrol -o show job "$id" | grep -qE ' JobState=(PENDING|CONFIGURING|RUNNING|COMPLETING)'; do
        sleep 0.3
      done
      scontrol -o show job "$id"
      """, as: "job.sh")
    let outcome = try shell("exec sh '\(project)/Tests/PeerTests/slurm_once.sh' sh '\(job)'")
    if outcome.status == 77 {
      print("LEFT OUT: a Slurm array: \(outcome.error)")
      return
    }
    let states = outcome.output.split(separator: "\n").filter { $0.contains("JobState=COMPLETED") }
    #expect(outcome.status == 0 && states.count == 4, "\(outcome.output) \(outcome.error)")
    #expect(sets(folder.file("parts")) == whole)
  }

  /// A service whose work is done by the tasks of an array, which share nothing with it but its address.
  @Test func slurmWorkers() throws {
    let folder = TemporaryFolder()
    let project = SharedData.projectFolder
    _ = try Program.run([
      "sample", "-o", folder.file("a.glb"), "--texture-size", "64", "--quiet",
    ])
    let job = folder.write(
      """
      set -e
      cd '\(folder.file("."))'
      key=$(maquette keys --data data --create acme)
      maquette keys --data data --create fleet --scopes work > fleet.key
      maquette serve --data data --listen 127.0.0.1:0 --workers 0 2> serve.log > /dev/null & server=$!
      trap 'kill $server; wait $server' EXIT
      until grep -q listening serve.log; do sleep 0.1; done
      url=$(sed -n 's/.*"url":"\\([^"]*\\)".*/\\1/p' serve.log | head -1)
      id=$(sbatch --parsable --array=0-1 --chdir="$PWD" --cpus-per-task=1 \
        '\(project)/configs/slurm-workers.sh' "$url" fleet.key)
      ask() { curl -sf -H "Authorization: Bearer $key" "$@"; }
      ask -F file=@a.glb "$url/v1/models" > sent.json
      render=$(sed -n 's/.*"renderId":"\\([^"]*\\)".*/\\1/p' sent.json)
      for _ in $(seq 300); do
        ask "$url/v1/renders/$render" > state.json
        grep -qE '"status":"(done|error)"' state.json && break
        sleep 0.2
      done
      scancel "$id"
      cat state.json
      """, as: "job.sh")
    let outcome = try shell("exec sh '\(project)/Tests/PeerTests/slurm_once.sh' sh '\(job)'")
    if outcome.status == 77 {
      print("LEFT OUT: workers by Slurm: \(outcome.error)")
      return
    }
    #expect(outcome.output.contains("\"status\":\"done\""), "\(outcome.output) \(outcome.error)")
  }

  /// The manifest is one that its readers parse, and its command takes the server and the key from what it sets.
  @Test func kubernetesWorkers() throws {
    guard let python = PeerTests.python else { return }
    let path = SharedData.projectFolder + "/configs/kubernetes-workers.yaml"
    let parsed = try Program.run(
      executable: python,
      ["-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))", path])
    try #require(parsed.status == 0, "\(parsed.error)")
    let deployment = try JSONValue(parsing: Data(parsed.output.utf8))
    let template = deployment["spec"]?["template"]
    #expect(
      deployment["kind"] == "Deployment"
        && deployment["spec"]?["selector"]?["matchLabels"] == template?["metadata"]?["labels"])
    let command = (template?["spec"]?["containers"]?.array?[0]["command"]?.array ?? [])
      .compactMap(\.string)
    try #require(command.count == 3 && command[..<2] == ["/bin/sh", "-c"])
    // Nobody listens there: it says so and goes on asking, until it is ended.
    let outcome = try shell(
      "timeout 3 sh -c '\(command[2])'",
      [
        "SERVER": "http://127.0.0.1:1", "MAQUETTE_KEY": "k", "WORK": TemporaryFolder().file("work"),
      ])
    #expect(outcome.error.contains("http://127.0.0.1:1"), "\(outcome.error)")
  }

  @Test func parallelProcesses() throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/parallel") else {
      print("LEFT OUT: GNU parallel is not installed")
      return
    }
    let folder = TemporaryFolder()
    let whole = try make(folder)
    let outcome = try shell(
      "parallel --will-cite -j 2 maquette dataset '\(folder.file("models"))' -o '\(folder.file("parts/"))'"
        + " --threads 1 --shard {}/3 \(Self.options.joined(separator: " ")) --quiet ::: 1 2 3")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(sets(folder.file("parts")) == whole)
  }

  /// The manifest is one that its readers parse, and its command works with what they set.
  @Test func kubernetesIndexedJob() throws {
    guard let python = PeerTests.python else { return }
    let folder = TemporaryFolder()
    let whole = try make(folder)
    let path = SharedData.projectFolder + "/configs/kubernetes-job.yaml"
    let parsed = try Program.run(
      executable: python,
      ["-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))", path])
    try #require(parsed.status == 0, "\(parsed.error)")
    let job = try JSONValue(parsing: Data(parsed.output.utf8))
    #expect(job["kind"] == "Job" && job["spec"]?["completionMode"] == "Indexed")
    let container = job["spec"]?["template"]?["spec"]?["containers"]?.array?[0]
    let count = job["spec"]?["completions"]?.int ?? 0
    let parts = container?["env"]?.array?.first { $0["name"] == "PARTS" }?["value"]?.string
    #expect(parts == "\(count)")
    let command = (container?["command"]?.array ?? []).compactMap(\.string)
    try #require(command.count == 3 && command[..<2] == ["/bin/sh", "-c"])
    for index in 0..<count {
      let outcome = try shell(
        command[2] + " " + Self.options.joined(separator: " "),
        [
          "MODELS": folder.file("models"), "SETS": folder.file("parts/"), "PARTS": "\(count)",
          "JOB_COMPLETION_INDEX": "\(index)",
        ])
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    #expect(sets(folder.file("parts")) == whole)
  }
}
