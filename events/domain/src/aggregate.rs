//! What every aggregate is to cqrs-es: one definition, so that they cannot differ.

/// Implements the cqrs-es traits for an aggregate that has `decide` and `fold`.
macro_rules! aggregate {
    ($state:ty, $kind:literal, $command:ty, $event:ty, $error:ty) => {
        impl cqrs_es::Aggregate for $state {
            const TYPE: &'static str = $kind;
            type Command = crate::Issued<$command>;
            type Event = $event;
            type Error = $error;
            type Services = ();

            async fn handle(
                &mut self,
                issued: Self::Command,
                (): &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                for event in self.decide(&issued)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                self.fold(event);
            }
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                self.name().to_owned()
            }

            fn event_version(&self) -> String {
                self.version().to_string()
            }
        }

        impl $event {
            /// The stored name; never renamed.
            pub fn name(&self) -> &'static str {
                self.into()
            }

            /// The version of the stored shape.
            pub const fn version(&self) -> u16 {
                1
            }
        }
    };
}

pub(crate) use aggregate;
