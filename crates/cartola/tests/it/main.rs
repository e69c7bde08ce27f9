//! Drives the built binary, as a person and as a program would. Each test has its own folder and
//! ports that the system picks, so they run side by side.

mod audit;
mod backup;
mod bean_check;
mod config;
mod crash;
mod demo;
mod export;
mod faults;
mod http;
mod import;
mod installation;
mod leftovers;
mod process;
mod seeded;
mod serve;
mod statement;
mod tenants;
mod usage;
