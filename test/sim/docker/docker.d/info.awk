# info.awk: docker info of what the variables and the containers say. After template.awk and containers.awk.
END {
  for (i = 1; i <= N; i++) if (text(i, "State.Running") == "true") running++
  if (ENVIRON["FORMAT"] != "") { formatted(ENVIRON["FORMAT"]); exit }
  # The client's own part, and the indentation, came with 19.03.
  if (V >= 1903) { print "Client:\n Debug Mode: false\n\nServer:"; pad = " " }
  say("Containers: " N + 0)
  say(" Running: " running + 0)
  say(" Paused: 0")
  say(" Stopped: " N - running)
  say("Images: 2")
  say("Server Version: " version)
  say("Storage Driver: " driver)
  say("Logging Driver: json-file")
  say("Cgroup Driver: " cgroup)
  say("Plugins:")
  say(" Volume: local")
  say("Kernel Version: " kernel)
  say("Operating System: " os)
  say("OSType: linux")
  say("Architecture: x86_64")
  say("Name: " host)
  say("Docker Root Dir: " root)
  if (V >= 1903) say("Debug Mode: false")
  else { say("Debug Mode (client): false"); say("Debug Mode (server): false") }
  say("Registry: https://index.docker.io/v1/")
  if (V >= 113) say("Live Restore Enabled: " live)
}

function say(line) { print pad line }

function formatted(format) {
  put("I", "ServerVersion", quote(version)); put("I", "DockerRootDir", quote(root)); put("I", "Driver", quote(driver))
  put("I", "LiveRestoreEnabled", live); put("I", "KernelVersion", quote(kernel)); put("I", "Name", quote(host))
  put("I", "Containers", N + 0); put("I", "ContainersRunning", running + 0); put("I", "CgroupDriver", quote(cgroup))
  put("I", "OperatingSystem", quote(os)); put("I", "SecurityOptions", "[]")
  format = render(format, "I")
  if (FAULT == "") print format
  else { print "template: :1: executing \"\" at " FAULT > "/dev/stderr"; exit 64 }
}
